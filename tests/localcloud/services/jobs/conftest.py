"""A served cloud with a runner, a deployed wheel and a principal that may run it. No Spark, no MLflow."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.service.jobs import Run

from localcloud.services.jobs.runner import Runner
from localcloud.services.jobs.workers import Workers
from localcloud.services.pipelines import updates
from localcloud.services.pipelines.updates import Updates
from tests.localcloud.core import Core
from tests.localcloud.wheels import write_wheel
from tests.needs import starts

WHEEL_PATH = "/Volumes/prod/platform_ops/wheels/abc/probe-1.0-py3-none-any.whl"
CODE = '''
import json, os, sys, time
from pathlib import Path

def set_value(key, value):
    Path(os.environ["MLOPS_TASK_VALUES"]).write_text(json.dumps({key: value}))

def say():
    print(json.dumps({"argv": sys.argv[1:], "host": os.environ["DATABRICKS_HOST"]}))

def train():
    set_value("model_version", 4)

def fails():
    raise ValueError("the values are wrong")

def flaky():
    """Fails until the file that its argument names exists."""
    marker = Path(sys.argv[1])
    if not marker.exists():
        marker.write_text("")
        raise RuntimeError("not yet")
    print("now")

def note(word):
    with open(sys.argv[1], "a") as log:
        log.write(word + "\\n")

def until(there):
    deadline = time.monotonic() + 120
    while not there():
        if time.monotonic() > deadline:
            raise RuntimeError("it did not come")
        time.sleep(0.01)

def marks():
    note("ran")

def meets():
    """Ends once as many tasks have begun as its second argument says; both are noted in the log, its first."""
    note("begins")
    until(lambda: Path(sys.argv[1]).read_text().count("begins") >= int(sys.argv[2]))
    note("ends")

def stays():
    """Ends once the file exists that its second argument names."""
    note("begins")
    until(Path(sys.argv[2]).exists)
    note("ends")

def hangs():
    time.sleep(600)

def sparks():
    from pyspark.sql import SparkSession
    session = SparkSession.builder.getOrCreate()
    session.range(100).write.format("delta").mode("overwrite").save(sys.argv[1])
    doubled = session.read.format("delta").load(sys.argv[1]).selectExpr("id * 2 AS id")
    print(doubled.mapInPandas(lambda batches: batches, "id long").agg({"id": "sum"}).first()[0])

def whoami():
    from databricks.sdk import WorkspaceClient
    print(WorkspaceClient().current_user.me().user_name)

def registry():
    import mlflow
    print(mlflow.get_registry_uri(), mlflow.MlflowClient().get_registered_model(sys.argv[1]).description)
'''
ENTRY_POINTS = ("say", "train", "fails", "flaky", "marks", "meets", "stays", "hangs", "sparks", "whoami", "registry")


@dataclass
class Plant:
    """The cloud, the SDK as its admin, and the principal that jobs run as."""

    core: Core
    admin: WorkspaceClient
    principal: str
    runner: Runner

    @property
    def updates(self) -> Updates:
        """The updates of pipelines that are under way."""
        return updates.of(self.core.cloud)

    def task(self, key: str, entry_point: str, *parameters: str, after: tuple[str, ...] = (), **more: Any) -> Any:
        """A wheel task of the deployed wheel."""
        return {
            "task_key": key,
            "python_wheel_task": {
                "package_name": "probe",
                "entry_point": entry_point,
                "parameters": list(parameters),
            },
            "libraries": [{"whl": WHEEL_PATH}],
            "depends_on": [{"task_key": name} for name in after],
            **more,
        }

    def create(self, name: str, *tasks: Any, **settings: Any) -> int:
        """Create a job that runs as the principal; its id."""
        body = {"name": name, "tasks": list(tasks), "run_as": {"service_principal_name": self.principal}, **settings}
        answer = self.core.call("POST", f"{self.core.url('prod')}/api/2.2/jobs/create", json=body)
        assert answer.status_code == 200, answer.text
        return int(answer.json()["job_id"])

    def start(self, job_id: int, **parameters: str) -> int:
        """Start the job; the run's id."""
        return int(self.admin.jobs.run_now(job_id, job_parameters=parameters or None).run_id)

    def wait(self, run_id: int) -> Run:
        """The run once it is over, whether it succeeded or not."""
        execution = self.runner.execution(run_id)
        assert execution is None or execution.done.wait(240)
        return self.admin.jobs.get_run(run_id)

    def run(self, job_id: int, **parameters: str) -> Run:
        """Start the job and wait for its end."""
        return self.wait(self.start(job_id, **parameters))


def results(run: Run) -> dict[str, str]:
    """Task key to result state, of the newest attempts."""
    return {task.task_key: task.state.result_state.value for task in run.tasks}  # type: ignore[union-attr]


@pytest.fixture(scope="package")
@starts("programs")
def workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workers]:
    """One template for all tests of jobs, launched from a shell that holds a token, which no task may see."""
    found = Workers(tmp_path_factory.mktemp("workers"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABRICKS_TOKEN", "a token of the shell")
        found.launch()
        found.wait_ready()
    yield found
    found.stop()


@pytest.fixture
def plant(core: Core, workers: Workers, tmp_path: Path) -> Iterator[Plant]:
    """A cloud that can run jobs."""
    admin = core.admin()
    admin.catalogs.create("prod")
    admin.schemas.create("platform_ops", "prod")
    volume = {"catalog_name": "prod", "schema_name": "platform_ops", "name": "wheels", "volume_type": "MANAGED"}
    core.call("POST", f"{core.url('prod')}/api/2.1/unity-catalog/volumes", json=volume)
    archive = write_wheel(
        tmp_path / "wheel",
        modules={"probe/__init__.py": CODE},
        entry_points={name: f"probe:{name}" for name in ENTRY_POINTS},
    )
    core.call("PUT", f"{core.url('prod')}/api/2.0/fs/files{WHEEL_PATH}", content=archive.read_bytes())
    principal = core.application("prod-credit-training")
    core.grant("catalog", "prod", principal, "USE_CATALOG")
    core.grant("schema", "prod.platform_ops", principal, "USE_SCHEMA")
    core.grant("volume", "prod.platform_ops.wheels", principal, "READ_VOLUME")
    core.cloud.spark_remote = "sc://127.0.0.1:1"
    runner = Runner.attach(core.cloud, workers)
    yield Plant(core=core, admin=admin, principal=principal, runner=runner)
    runner.stop()
