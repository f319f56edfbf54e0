"""Tasks on serverless compute: what they are told, what they may do, and what they are refused."""

import json
from typing import Any

import pytest
from databricks.sdk.errors import InvalidParameterValue

from localcloud.services.network.reach import POLICY, WORKSPACE
from tests.localcloud.masks import mask
from tests.localcloud.services.jobs.conftest import Plant, results
from tests.localcloud.wheels import write_wheel

WHEEL = "/Volumes/prod/platform_ops/wheels/serverless/probe-3.0-py3-none-any.whl"
CODE = '''
import json, os, socket, sys

def tells():
    from databricks.sdk import WorkspaceClient
    print(json.dumps([os.environ["DATABRICKS_RUNTIME_VERSION"], WorkspaceClient().current_user.me().active]))

def refused(call):
    """What a call is refused with; an empty text if it is not."""
    try:
        call()
    except Exception as error:
        return str(error)
    return ""

def tries():
    from pyspark.sql.connect.catalog import Catalog
    from pyspark.sql.connect.conf import RuntimeConf
    from pyspark.sql.connect.dataframe import DataFrame
    from pyspark.sql.connect.session import SparkSession
    from pyspark.sql.connect.streaming.readwriter import DataStreamWriter
    from pyspark.sql.connect.proto import WriteStreamOperationStart

    class Writer:
        _write_proto = WriteStreamOperationStart(processing_time_interval="1 minute")

    calls = {
        "persist": lambda: DataFrame.persist(None),
        "cache": lambda: DataFrame.cache(None),
        "cacheTable": lambda: Catalog.cacheTable(None, "t"),
        "global view": lambda: DataFrame.createGlobalTempView(None, "t"),
        "CACHE TABLE": lambda: SparkSession.sql(None, "cache table t"),
        "SET": lambda: SparkSession.sql(None, "SET spark.sql.codegen.wholeStage = false"),
        "conf": lambda: RuntimeConf.set(None, "spark.executor.memory", "4g"),
        "stream": lambda: DataStreamWriter._start_internal(Writer()),
        "rdd": lambda: DataFrame.rdd.fget(None),
        "context": lambda: SparkSession.sparkContext.fget(None),
    }
    print(json.dumps({name: refused(call) for name, call in calls.items()}))

def sets():
    from pyspark.sql.connect.conf import RuntimeConf
    # Without a session it goes as far as the session, and no refusal of serverless compute comes before that.
    print(json.dumps(refused(lambda: RuntimeConf.set(None, "spark.sql.session.timeZone", "UTC"))))

def reaches():
    hosts = sys.argv[1:]
    print(json.dumps({host: refused(lambda: socket.create_connection((host, 9), timeout=1)) for host in hosts}))

def asks():
    from databricks.sdk import WorkspaceClient
    body = {"table_id": sys.argv[1], "operation": "READ", **({"past": sys.argv[2]} if len(sys.argv) > 2 else {})}
    path = "/api/2.1/unity-catalog/temporary-table-credentials"
    ask = lambda: print(WorkspaceClient().api_client.do("POST", path, body=body)["query"])
    print(refused(ask))
'''
ENTRY_POINTS = ("tells", "tries", "sets", "reaches", "asks")


@pytest.fixture
def deployed(plant: Plant) -> Plant:
    """The plant with a wheel of tasks for serverless compute."""
    folder = plant.core.cloud.home / "built"
    points = {name: f"probe:{name}" for name in ENTRY_POINTS}
    wheel = write_wheel(folder, modules={"probe.py": CODE}, entry_points=points, version="3.0")
    url = f"{plant.core.url('prod')}/api/2.0/fs/files{WHEEL}"
    assert plant.core.call("PUT", url, content=wheel.read_bytes()).is_success
    return plant


def _job(plant: Plant, entry_point: str, *parameters: str, name: str = "", **task: Any) -> int:
    wheel = {"package_name": "probe", "entry_point": entry_point, "parameters": list(parameters)}
    environment = {"environment_key": "main", "spec": {"environment_version": "5", "dependencies": [WHEEL]}}
    return plant.create(
        name or entry_point,
        {"task_key": "a", "python_wheel_task": wheel, "environment_key": "main", **task},
        environments=[environment],
        performance_target="STANDARD",
    )


def _output(plant: Plant, entry_point: str, *parameters: str, name: str = "") -> str:
    """What the task printed; it has succeeded."""
    run = plant.run(_job(plant, entry_point, *parameters, name=name))
    output = plant.admin.jobs.get_run_output(run.tasks[0].run_id)  # type: ignore[index,arg-type]  # it has one task
    assert results(run) == {"a": "SUCCESS"}, output.error
    return str(output.logs)


def test_a_task_runs_without_a_cluster_and_knows_where(deployed: Plant) -> None:
    """Under no policy, with the wheels of its environment and its own principal; the runtime calls itself a client."""
    assert json.loads(_output(deployed, "tells")) == ["client.5.0", True]


def test_what_spark_refuses_there(deployed: Plant) -> None:
    """Keeping tables, global views, other settings and streams without end, by Databricks' conditions; and RDDs."""
    told: dict[str, str] = json.loads(_output(deployed, "tries"))
    serverless = ("persist", "cache", "cacheTable", "global view", "CACHE TABLE")
    assert {name: told[name].split("]")[0] for name in serverless} == dict.fromkeys(
        serverless, "[NOT_SUPPORTED_WITH_SERVERLESS"
    )
    assert told["SET"].startswith("[CONFIG_NOT_AVAILABLE] spark.sql.codegen.wholeStage cannot be set")
    assert told["conf"].startswith("[CONFIG_NOT_AVAILABLE] spark.executor.memory cannot be set on serverless compute")
    assert told["stream"].startswith("[INFINITE_STREAMING_TRIGGER_NOT_SUPPORTED]")
    assert "rdd" in told["rdd"]
    assert "sparkContext" in told["context"]


def test_the_settings_that_may_be_set_are_set(deployed: Plant) -> None:
    """The time zone is one: nothing of serverless compute refuses it."""
    assert "CONFIG_NOT_AVAILABLE" not in json.loads(_output(deployed, "sets"))


def test_the_network_policy_holds(deployed: Plant) -> None:
    """Names and bare addresses that it does not name are refused; this machine and the named ones are not."""
    number = deployed.core.cloud.workspace("prod").workspace_id
    access = {
        "restriction_mode": "RESTRICTED_ACCESS",
        "allowed_internet_destinations": [{"destination": "*.example.invalid"}],
    }
    deployed.core.cloud.store.put(POLICY, "p", {"egress": {"network_access": access}})
    deployed.core.cloud.store.put(WORKSPACE, str(number), {"workspace_id": number, "network_policy_id": "p"})
    told = json.loads(
        _output(deployed, "reaches", "pypi.org", "192.0.2.1", "a.example.invalid", "127.0.0.1", name="bound")
    )
    refusal = "is not among the destinations that the workspace's network policy allows: *.example.invalid"
    assert refusal in told["pypi.org"]
    assert refusal in told["192.0.2.1"]
    # Nothing of that name is there, and nothing listens on that port: the task was let out to find that.
    assert told["a.example.invalid"]
    assert refusal not in told["a.example.invalid"]
    assert "policy allows" not in told["127.0.0.1"]


def test_a_masked_table_is_filtered_without_a_way_to_root_storage(deployed: Plant) -> None:
    """It filters by itself, where a cluster of the same job is refused for want of endpoints; versions stay refused."""
    core = deployed.core
    core.admin().schemas.create("credit_gold", "prod")
    table_id = core.table("prod.credit_gold.scores")
    mask(core, "prod.credit_gold.scores")
    core.grant("schema", "prod.credit_gold", deployed.principal, "USE_SCHEMA", "SELECT")
    assert _output(deployed, "asks", table_id).startswith("SELECT CAST(CAST(NULL AS INT) AS int) AS `age`, `score`")
    assert "[FGAC_TIME_TRAVEL_NOT_SUPPORTED.NOT_CATALOG_OWNED]" in _output(
        deployed, "asks", table_id, "TIME_TRAVEL", name="asks for a version"
    )
    wheel = {"package_name": "probe", "entry_point": "asks", "parameters": [table_id]}
    task = {"task_key": "a", "python_wheel_task": wheel, "libraries": [{"whl": WHEEL}]}
    run = deployed.run(deployed.create("on a cluster", task))
    logs = deployed.admin.jobs.get_run_output(run.tasks[0].run_id).logs  # type: ignore[index,arg-type]  # one task
    assert "reaches no blob and no dfs endpoint" in str(logs)


def test_a_library_of_an_index_is_refused(deployed: Plant) -> None:
    """Its dependencies are wheels in a volume."""
    wheel = {"package_name": "probe", "entry_point": "tells"}
    environment = {"environment_key": "main", "spec": {"environment_version": "5", "dependencies": [WHEEL, "optuna"]}}
    task = {"task_key": "a", "python_wheel_task": wheel, "environment_key": "main"}
    run = deployed.run(deployed.create("index", task, environments=[environment]))
    assert run.state is not None
    assert "optuna: no index is reached from here" in str(run.state.state_message)


def test_a_cluster_beside_it_is_refused(deployed: Plant) -> None:
    """When the job is created."""
    with pytest.raises((InvalidParameterValue, AssertionError), match="keep one, serverless compute or a cluster"):
        _job(deployed, "tells", new_cluster={"num_workers": 0})
