"""Jobs on serverless compute: no cluster, no policy, and every wheel named in the job's environment."""

from collections.abc import Callable
from pathlib import Path

import pytest

from infra.cdktf_seam import App
from infra.main import stacks
from infra.release import Release
from infra.spec import load
from infra.wheel import Wheel, build_wheel
from tests.infra.find import Documents, read_documents

LIBRARY = Wheel(path=Path(__file__), sha256="ab" * 32)
PLACE = f"/Volumes/prod/platform_ops/wheels/{LIBRARY.sha256}/{LIBRARY.path.name}"


@pytest.fixture
def chosen(workspaces: Path, tmp_path: Path) -> Callable[[str, str], Documents]:
    """Synthesizes the workspaces with one change to prod.yaml, and one wheel that travels to serverless compute."""

    def synthesize(before: str, after: str) -> Documents:
        file = workspaces / "prod.yaml"
        text = file.read_text()
        assert text.count(before) == 1
        file.write_text(text.replace(before, after))
        release = Release(wheel=build_wheel(), git_commit="c", libraries={"serverless-5": (LIBRARY,), "17.3": ()})
        app = App(outdir=str(tmp_path / "out"))
        stacks(app, load(workspaces), release)
        app.synth()
        return read_documents(tmp_path / "out")

    return synthesize


def test_a_job_may_run_serverless(chosen: Callable[[str, str], Documents]) -> None:
    """Its tasks name the environment, which has the wheels in the order of installation; other jobs keep their cluster."""
    documents = chosen("scoring: {schedule: active}", "scoring: {schedule: active, compute: serverless}")
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
    ingest = jobs["credit-ingest"]
    assert ingest["job_cluster"]
    assert "environment" not in ingest


def test_what_travels_is_uploaded_where_the_job_names_it(chosen: Callable[[str, str], Documents]) -> None:
    """Under its hash, beside the jobs' own wheel, and only in the environment that needs it."""
    documents = chosen("scoring: {schedule: active}", "scoring: {schedule: active, compute: serverless}")
    files = documents["prod-workspace"]["resource"]["databricks_file"]
    assert files["library-test_serverless.py-abababab"]["path"] == PLACE
    assert set(documents["dev-workspace"]["resource"]["databricks_file"]) == {"wheel"}


def test_the_policy_is_granted_to_no_principal_that_runs_serverless(chosen: Callable[[str, str], Documents]) -> None:
    """Monitoring leaves its policy to the jobs that still name it."""
    documents = chosen("monitoring: {schedule: active}", "monitoring: {schedule: active, compute: serverless}")
    stack = documents["prod-workspace"]
    held = stack["resource"]["databricks_permissions"]["policy-cpu_single_node-permissions"]["access_control"]
    assert not [entry for entry in held if "prod-credit-monitoring" in entry.get("service_principal_name", "")]
    tasks = documents["prod-ml"]["resource"]["databricks_job"]["credit-monitoring"]["task"]
    assert {task["task_key"] for task in tasks if "environment_key" in task} == {"monitoring", "decision", "alert"}
