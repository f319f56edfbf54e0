"""Prod with its newer choices: serverless jobs, a data quality monitor, an online store that is a database."""

import shutil
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from infra.cdktf_seam import App
from infra.main import WORKSPACES, stacks
from infra.release import Release
from infra.spec import load
from infra.wheel import Wheel, build_wheel
from tests.infra.conftest import Documents, edit, read_documents
from tests.infra.provider_schema import SCHEMAS, document_problems, schemas
from tests.localcloud.wheels import write_wheel

CHOSEN = "{schedule: active, compute: serverless}"
SHA256 = "ab" * 32
_LOOKED_UP = ("databricks_table", "databricks_schema")
PLACE = f"/Volumes/prod/platform_ops/wheels/{SHA256}/besides-1.0-py3-none-any.whl"


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Documents:
    """Scoring and monitoring of prod run serverless, where one wheel travels; monitor and store are the successors."""
    folder = tmp_path_factory.mktemp("serverless")
    shutil.copytree(WORKSPACES, folder / "workspaces")
    for job in ("scoring", "monitoring"):
        edit(folder / "workspaces" / "prod.yaml", f"{job}: {{schedule: active}}", f"{job}: {CHOSEN}")
    edit(folder / "workspaces" / "prod.yaml", "inference_table: true", "monitor: data_quality_monitor")
    edit(folder / "workspaces" / "prod.yaml", "online_store:\n", "online_store:\n  kind: database_instance\n")
    travels = write_wheel(folder, modules={"besides.py": ""}, entry_points={}, name="besides")
    libraries = {"serverless-5": (Wheel(path=travels, sha256=SHA256),), "17.3": ()}
    release = Release(wheel=build_wheel(), git_commit="c", libraries=libraries)
    app = App(outdir=str(folder / "out"))
    stacks(app, load(folder / "workspaces"), release)
    app.synth()
    return read_documents(folder / "out")


def test_a_job_may_run_serverless(documents: Documents) -> None:
    """Its tasks name the environment, which has the wheels in order of installation; other jobs keep their cluster."""
    jobs = documents["prod-ml"]["resource"]["databricks_job"]
    scoring = jobs["credit-scoring"]
    [environment] = scoring["environment"]
    [*travelling, own] = environment["spec"]["dependencies"]
    assert environment["environment_key"] == "main"
    assert environment["spec"]["environment_version"] == "5"
    assert travelling == [PLACE]
    assert own.endswith(f"/{build_wheel().sha256}/{build_wheel().path.name}")
    [task] = scoring["task"]
    assert (task["environment_key"], task["disable_auto_optimization"]) == ("main", True)
    assert not {"job_cluster_key", "library", "new_cluster", "existing_cluster_id"} & task.keys()
    assert "job_cluster" not in scoring
    assert scoring["performance_target"] == "STANDARD"
    ingest = jobs["credit-ingest"]
    assert "performance_target" not in ingest
    assert ingest["job_cluster"]
    assert "environment" not in ingest


def test_what_travels_is_uploaded_where_the_job_names_it(documents: Documents) -> None:
    """Under its hash, beside the jobs' own wheel, and only in the environment that needs it."""
    files = documents["prod-workspace"]["resource"]["databricks_file"]
    assert files["library-besides-abababab"]["path"] == PLACE
    assert set(documents["dev-workspace"]["resource"]["databricks_file"]) == {"wheel"}


def test_the_policy_is_granted_to_no_principal_that_runs_serverless(documents: Documents) -> None:
    """Monitoring leaves its policy to the jobs that still name it."""
    stack = documents["prod-workspace"]
    held = stack["resource"]["databricks_permissions"]["policy-cpu_single_node-permissions"]["access_control"]
    assert not [entry for entry in held if "prod-credit-monitoring" in entry.get("service_principal_name", "")]
    tasks = documents["prod-ml"]["resource"]["databricks_job"]["credit-monitoring"]["task"]
    assert {task["task_key"] for task in tasks if "environment_key" in task} == {"monitoring", "decision", "alert"}


def test_the_successor_monitors_the_same_table_by_its_id(documents: Documents) -> None:
    """By month and version, into the ops schema; the older resource is not there beside it."""
    stack = documents["prod-serving"]
    monitor = stack["resource"]["databricks_data_quality_monitor"]["credit-predictions-monitor"]
    profile = monitor["data_profiling_config"]
    assert "databricks_quality_monitor" not in stack["resource"]
    assert (monitor["object_type"], "data.databricks_table" in monitor["object_id"]) == ("table", True)
    names = {type_: [one["name"] for one in stack["data"][type_].values()] for type_ in _LOOKED_UP}
    assert names == {"databricks_table": ["prod.credit_gold.predictions"], "databricks_schema": ["prod.credit_ops"]}
    assert profile["inference_log"] == {
        "granularities": ["AGGREGATION_GRANULARITY_1_MONTH"],
        "model_id_column": "model_version",
        "prediction_column": "probability",
        "problem_type": "INFERENCE_PROBLEM_TYPE_REGRESSION",
        "timestamp_column": "application_month",
    }


def test_the_online_store_may_be_a_database_instance(documents: Documents) -> None:
    """Under the name that the publish task asks for; a read replica is one more node."""
    resources = documents["prod-ml"]["resource"]
    instance = resources["databricks_database_instance"]["online-store"]
    assert (instance["name"], instance["capacity"], instance["node_count"]) == ("prod-online", "CU_1", 1)
    assert "databricks_online_store" not in resources


@pytest.mark.skipif(not SCHEMAS.is_dir(), reason="the providers' schemas are not beside the checkout")
def test_the_provider_has_no_gpu_for_a_wheel_on_serverless_compute() -> None:
    """Only `gen_ai_compute_task` of a job names GPUs, and it runs no wheel: once another block does, declare it."""
    job = schemas()["resource"]["databricks_job"]
    named = {path for path in _arguments(job) if any(word in path[-1] for word in ("gpu", "accelerator"))}
    assert {path[:2] for path in named if "for_each_task" not in path} == {("task", "gen_ai_compute_task")}


def _arguments(schema: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield from ((*path, name) for name in schema.get("attributes", {}))
    for name, block in schema.get("blocks", {}).items():
        yield from _arguments(block, (*path, name))


@pytest.mark.skipif(not SCHEMAS.is_dir(), reason="the providers' schemas are not beside the checkout")
def test_the_documents_fit_the_providers_schemas(documents: Documents) -> None:
    """Every argument of the choices is one that the provider has, and every reference resolves inside its stack."""
    changed = ("prod-workspace", "prod-ml", "prod-serving")
    assert {stack: document_problems(documents[stack]) for stack in changed} == {stack: [] for stack in changed}
