"""Prod's ingest job on serverless compute with `pipelines: true`, and its monitoring pipeline, run to their ends."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from databricks.sdk.service.jobs import Run
from databricks.sdk.service.pipelines import UpdateInfoState

from infra.cdktf_seam import App
from infra.libraries import read_lock
from infra.main import WORKSPACES, stacks
from infra.release import Release
from infra.runtimes import FOLDER, of_cluster, serverless
from infra.spec import load
from infra.wheel import Wheel, build_wheel
from localcloud import loader
from localcloud.endpoint import Endpoint
from localcloud.services.jobs.runner import Runner
from localcloud.services.jobs.workers import Workers
from localcloud.services.pipelines import updates
from localcloud.spark.sessions import new_session
from ml.records.gate_results import GATE_RESULTS
from ml.records.predictions import predictions
from ml.tables import frame_of
from ml.usecases.credit.declaration import USE_CASE as CREDIT
from tests.localcloud.core import Core, leave, start
from tests.localcloud.wheels import write_wheel
from tests.ml.lake import HEADERS, application
from tests.needs import starts

STACKS = ("account", "prod-rights", "prod-workspace", "prod-ml")
TASKS = ("masks", "bronze", "silver", "features", "publish", "pipeline")
LOCK = FOLDER / f"{serverless().key}.lock"
# They need an MLflow server, which ingest does not.
_MLFLOW = ("databricks_mlflow_experiment", "databricks_registered_model")


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """The local cloud with those stacks, and what runs its jobs."""

    core: Core
    runner: Runner

    def run(self, name: str) -> Run:
        """The job's run, once it is over."""
        admin = self.core.admin()
        [job] = admin.jobs.list(name=name)
        run_id = admin.jobs.run_now(int(job.job_id or 0)).run_id
        execution = self.runner.execution(run_id)
        assert execution is None or execution.done.wait(400)
        return admin.jobs.get_run(run_id)

    def output(self, run: Run, task: str) -> str:
        """What a task of the run printed."""
        [found] = [one.run_id for one in run.tasks or [] if one.task_key == task]
        return str(self.core.admin().jobs.get_run_output(int(found or 0)).logs)


def _travelling(folder: Path) -> tuple[Wheel, ...]:
    """What the lock sends to serverless compute, by name and version; this machine has the libraries themselves."""
    made = [
        write_wheel(folder / pin.name, modules={}, entry_points={}, name=pin.name, version=pin.version)
        for pin in read_lock(LOCK)
    ]
    return tuple(Wheel(path=path, sha256=f"{number:064x}") for number, path in enumerate(made))


def _synthesize(folder: Path) -> Path:
    prod = Path(shutil.copytree(WORKSPACES, folder / "workspaces")) / "prod.yaml"
    text = prod.read_text(encoding="utf-8")
    chosen = text.replace("ingest: {schedule: active}", "ingest: {schedule: active, compute: serverless}")
    assert chosen != text
    prod.write_text(f"{chosen}\npipelines: true\n", encoding="utf-8")
    on_cluster = of_cluster("17.3.x-cpu-ml-scala2.13")
    assert on_cluster is not None
    travels = {serverless().key: _travelling(folder / "wheels"), on_cluster.key: ()}
    app = App(outdir=str(folder / "out"))
    stacks(app, load(folder / "workspaces"), Release(wheel=build_wheel(), git_commit="c", libraries=travels))
    app.synth()
    document = folder / "out" / "stacks" / "prod-ml" / "cdk.tf.json"
    found: dict[str, Any] = json.loads(document.read_text(encoding="utf-8"))
    for type_ in _MLFLOW:
        found["resource"].pop(type_)
    without = list(_MLFLOW)
    for type_ in ("databricks_job", "databricks_permissions", "databricks_grants"):
        blocks = found["resource"].get(type_, {})
        asking = [name for name, block in blocks.items() if any(left in json.dumps(block) for left in without)]
        for name in asking:
            blocks.pop(name)
        without += [f"{type_}.{name}." for name in asking]
    document.write_text(json.dumps(found), encoding="utf-8")
    return folder / "out"


@pytest.fixture(scope="module")
@starts("programs")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """The account and prod, loaded, with two applications in landing."""
    folder = tmp_path_factory.mktemp("serverless")
    core = start(folder / "home")
    workers = Workers(folder / "home")
    workers.launch()
    endpoint = Endpoint(
        account_url=core.account_url, admin_token=core.admin_token, spark_remote="", mlflow_url="", pid=0
    )
    loader.load(endpoint, _synthesize(folder), STACKS)
    lines = [HEADERS["applications"], application(1), application(2)]
    body = "".join(",".join(map(str, line)) + "\n" for line in lines)
    url = f"{core.url('prod')}/api/2.0/fs/files/Volumes/prod/credit_bronze/landing/applications/2023-01.csv"
    assert core.call("PUT", url, content=body.encode()).is_success
    runner = Runner.attach(core.cloud, workers)
    yield Deployed(core=core, runner=runner)
    runner.stop()
    workers.stop()
    leave(core)


@pytest.mark.long
def test_every_task_of_the_job_runs_to_its_end(deployed: Deployed, spark_remote: str) -> None:
    """Without a cluster and its policy, with the wheels of its environment; nothing of it is refused there."""
    deployed.core.cloud.spark_remote = spark_remote
    run = deployed.run("credit-ingest")
    assert {task.task_key: str(task.state and task.state.result_state) for task in run.tasks or []} == dict.fromkeys(
        TASKS, "RunResultState.SUCCESS"
    ), [deployed.output(run, task) for task in TASKS]
    assert not [task.task_key for task in run.tasks or [] if task.job_cluster_key or task.new_cluster]
    assert json.loads(deployed.output(run, "features").splitlines()[-1])["feature_rows"] == 2
    assert json.loads(deployed.output(run, "publish").splitlines()[-1])["rows_kept"] == 2
    _require_the_pipelines_tables(deployed)
    _require_the_figures(deployed, spark_remote)


def _require_the_figures(deployed: Deployed, spark_remote: str) -> None:
    """Of the rows that ingest made and version 1 scored half of, as monitoring's principal, by its own rights alone."""
    core, admin, spark = deployed.core, deployed.core.admin(), new_session(spark_remote)
    answer = {"client_id": 1, "application_month": date(2023, 1, 1), "probability": 0.5, "run_id": "1"}
    scored = {"model": CREDIT.models[0].full_name("prod", "credit"), "model_version": 1, "scored_at": datetime.now(UTC)}
    for table, rows in ((predictions(CREDIT), [answer | scored]), (GATE_RESULTS, [])):
        name = table.full_name("prod", CREDIT.name)
        core.table(name)
        location = core.cloud.store.require("table", name)["storage_location"]
        frame_of(spark, table, rows).write.format("delta").save(location)
    [pipeline] = admin.pipelines.list_pipelines(filter="name LIKE 'credit-monitoring-pipeline'")
    started = admin.pipelines.start_update(str(pipeline.pipeline_id))
    assert updates.of(core.cloud).wait(started.update_id, 300)
    events = core.call("GET", f"{core.url('prod')}/api/2.0/pipelines/{pipeline.pipeline_id}/events").json()["events"]
    update = admin.pipelines.get_update(str(pipeline.pipeline_id), started.update_id).update
    assert update is not None
    assert update.state is UpdateInfoState.COMPLETED, events
    made = admin.tables.get("prod.credit_pipeline.default_risk_measures")
    assert made.owner == pipeline.run_as_user_name
    figures = spark.read.format("delta").load(str(made.storage_location)).where("column = ''")
    found = {row["metric"]: row["value"] for row in figures.collect()}
    shown = {name: found[name] for name in ("row_count", "scored_share", "labelled_share", "roc_auc")}
    assert shown == {"row_count": 2.0, "scored_share": 0.5, "labelled_share": 0.0, "roc_auc": None}


def _require_the_pipelines_tables(deployed: Deployed) -> None:
    """As many rows as the jobs made, in tables of ingest's principal, counted in the pipeline's events."""
    admin = deployed.core.admin()
    [pipeline] = admin.pipelines.list_pipelines(filter="name LIKE 'credit-pipeline'")
    events = deployed.core.call("GET", f"{deployed.core.url('prod')}/api/2.0/pipelines/{pipeline.pipeline_id}/events")
    flows = [each for each in events.json()["events"] if each["event_type"] == "flow_progress"]
    written = {
        flow["origin"]["dataset_name"]: metrics["num_output_rows"]
        for flow in flows
        if (metrics := flow["details"]["flow_progress"].get("metrics"))
    }
    assert {name: written[name] for name in ("applications", "client_features", "client_outcomes", "labels")} == {
        "applications": 2,
        "client_features": 2,
        "client_outcomes": 0,
        "labels": 0,
    }
    table = admin.tables.get("prod.credit_pipeline.client_features")
    assert (table.owner, str(table.table_type)) == (pipeline.run_as_user_name, "TableType.MATERIALIZED_VIEW")


def test_the_job_says_where_and_how_fast_it_runs(deployed: Deployed) -> None:
    """Its environment names every wheel in the volume, its own last; it starts by itself, so it may start slowly."""
    [job] = deployed.core.admin().jobs.list(name="credit-ingest")
    settings = deployed.core.admin().jobs.get(int(job.job_id or 0)).settings
    assert settings is not None
    [environment] = settings.environments or []
    assert environment.spec is not None
    *travelling, own = environment.spec.dependencies or []
    assert [Path(path).name.removesuffix("-py3-none-any.whl") for path in travelling] == [
        f"{pin.name}-{pin.version}" for pin in read_lock(LOCK)
    ]
    assert own.startswith("/Volumes/prod/platform_ops/wheels/")
    assert "mlops_ml-" in own
    assert str(settings.performance_target) == "PerformanceTarget.STANDARD"
    assert CREDIT.name in str(settings.name)
