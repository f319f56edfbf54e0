"""Publishing the feature table, through the real SDK, to the local cloud's online store."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from databricks.sdk.errors import PermissionDenied
from databricks.sdk.service.iam import AccessControlRequest, PermissionLevel
from databricks.sdk.service.ml import OnlineStore
from databricks.sdk.service.pipelines import UpdateStateInfo, UpdateStateInfoState

from ml.declarations import FeatureServing
from ml.features import feature_specs
from ml.features.publish import publish, served_tables, skipped
from ml.features.sync import NotSyncedError, Pace, newest_since
from ml.parameters import Common
from ml.server import online
from ml.usecases.credit.declaration import USE_CASE as CREDIT
from tests.localcloud.core import Core, leave, start
from tests.ml.features.killed_publish import POINTS

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from ml.tables import Tables

TABLE = CREDIT.models[0].feature_table
TASK = Common(use_case=CREDIT, catalog="prod", run_id="1")
ONLINE = "prod.credit_features.client_features_online"
SOON = Pace(first_poll_s=0.02, longest_poll_s=0.1)


def _online(core: Core) -> dict[str, object]:
    """What the local cloud knows of the online table."""
    answer = core.call("GET", f"{core.url('prod')}/api/2.0/feature-store/online-tables/{ONLINE}")
    found: dict[str, object] = answer.json()
    return found


@pytest.fixture
def core(tmp_path: Path, spark_remote: str) -> Iterator[Core]:
    """A local cloud with the catalog `prod`, using the shared Spark."""
    served = start(tmp_path / "home")
    served.cloud.spark_remote = spark_remote
    admin = served.admin()
    admin.catalogs.create("prod")
    for schema in ("credit_gold", "credit_features"):
        admin.schemas.create(schema, "prod")
    yield served
    leave(served)


@pytest.fixture
def tables(core: Core, spark: "SparkSession") -> "Tables":
    """The door to Unity Catalog, with three feature rows of two clients behind it."""
    from ml.tables import Tables, frame_of  # noqa: PLC0415
    from ml.tables.unity_rest import UnityRestBackend  # noqa: PLC0415

    door = Tables(spark, UnityRestBackend(core.admin().api_client))
    declared = TABLE.table
    filled = {"string": "30_to_44", "int": 1, "double": 0.5}
    common = {column.name: filled.get(column.type) for column in declared.columns}
    keys = [(1, date(2024, 1, 1)), (1, date(2024, 2, 1)), (2, date(2024, 1, 1))]
    rows = [{**common, "client_id": client, "application_month": month} for client, month in keys]
    door.merge(declared, declared.full_name("prod", "credit"), frame_of(spark, declared, rows))
    return door


def test_without_an_online_store_nothing_is_published(core: Core, tables: "Tables") -> None:
    """The first ingest comes before the serving stack: the task succeeds and says what to do."""
    assert publish(tables, core.admin(), TASK, TABLE) == (0, "")
    assert "no online store 'prod-online'" in skipped(TASK)


def test_a_use_case_that_serves_nothing_publishes_nothing() -> None:
    """Look-ups need an endpoint; of two models that share a table it is published once if one of them serves."""
    quiet = replace(CREDIT.models[0], name="quiet", serving=None)
    task = replace(TASK, use_case=replace(CREDIT, models=(quiet,)))
    assert served_tables(task.use_case) == ()
    assert served_tables(replace(CREDIT, models=(quiet, *CREDIT.models))) == (TABLE,)
    assert "declares no serving" in skipped(task)


def test_publishing_twice_ends_with_the_same_online_table(core: Core, tables: "Tables") -> None:
    """The newest row of each client is online, once, under the declared name."""
    admin = core.admin()
    admin.feature_store.create_online_store(OnlineStore(name="prod-online", capacity="CU_1"))
    shown = []
    for _ in range(2):
        assert publish(tables, admin, TASK, TABLE, SOON) == (3, ONLINE)
        shown.append(_online(core))
    assert shown[0]["rows"] == shown[1]["rows"] == 2


def test_what_an_endpoint_without_a_model_answers_is_said_once(core: Core, tables: "Tables") -> None:
    """The specification looks the newest value up by key; a second run leaves it as it is."""
    declared = FeatureServing(endpoint="client-features", table=TABLE.name, features=("longest_delay",))
    task = replace(TASK, use_case=replace(CREDIT, feature_serving=(declared,)))
    for _ in range(2):
        name = feature_specs.ensure(core.admin().api_client, task, declared)
    shown = core.call("GET", f"{core.url('prod')}/api/2.1/unity-catalog/functions/{name}").json()
    assert (shown["full_name"], shown["securable_kind"]) == (name, "FUNCTION_FEATURE_SPEC")
    assert tables.exists(f"prod.credit_gold.{TABLE.name}")


@pytest.mark.long
@pytest.mark.parametrize("point", POINTS)
def test_after_a_kill_the_next_run_ends_as_an_undisturbed_one(
    core: Core, tables: "Tables", spark_remote: str, point: str
) -> None:
    """Killed anywhere, the task is completed by its next run: the newest row of each client is online, once."""
    core.admin().feature_store.create_online_store(OnlineStore(name="prod-online", capacity="CU_1"))
    core.call("PATCH", f"{core.url('prod')}/local/serving/pace", json={"publish_s": 0.5})
    there = {"DATABRICKS_HOST": core.url("prod"), "DATABRICKS_TOKEN": core.admin_token, "SPARK_REMOTE": spark_remote}
    command = [sys.executable, "-m", "tests.ml.features.killed_publish", point]
    killed = subprocess.run(command, env=os.environ | there, capture_output=True, text=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr[-2000:]
    assert publish(tables, core.admin(), TASK, TABLE, SOON) == (3, ONLINE)
    found = online.OnlineStore(core.cloud.home / "online.db").read(ONLINE, ["1", "2", "3"])
    months = {key: row["application_month"] for key, row in found.items()}
    assert months == {"1": "2024-02-01", "2": "2024-01-01"}
    assert _online(core)["rows"] == 2


def test_the_task_ends_when_the_rows_can_be_looked_up(
    core: Core, tables: "Tables", capsys: pytest.CaptureFixture[str]
) -> None:
    """Publishing answers before any row is there; the task says what it waits for, and ends with the rows online."""
    core.admin().feature_store.create_online_store(OnlineStore(name="prod-online", capacity="CU_1"))
    core.call("PATCH", f"{core.url('prod')}/local/serving/pace", json={"publish_s": 0.5})
    seen: list[object] = []

    def sleep(seconds: float) -> None:
        seen.append(_online(core)["rows"])
        time.sleep(seconds)

    publish(tables, core.admin(), TASK, TABLE, replace(SOON, sleep=sleep))
    assert seen[0] is None
    assert _online(core)["rows"] == 2
    said = capsys.readouterr().out
    assert "is RUNNING" in said
    assert "is COMPLETED" in said


def test_a_copy_that_fails_fails_the_task(core: Core, tables: "Tables") -> None:
    """The online table keeps what it had, and the message names the pipeline to look at."""
    core.admin().feature_store.create_online_store(OnlineStore(name="prod-online", capacity="CU_1"))
    core.cloud.spark_remote = ""
    with pytest.raises(NotSyncedError, match="ended FAILED, so the online table is unchanged"):
        publish(tables, core.admin(), TASK, TABLE, SOON)


def test_a_copy_that_does_not_end_fails_the_task(core: Core, tables: "Tables") -> None:
    """The task does not wait for ever, and says what look-ups may still read."""
    core.admin().feature_store.create_online_store(OnlineStore(name="prod-online", capacity="CU_1"))
    core.call("PATCH", f"{core.url('prod')}/local/serving/pace", json={"publish_s": 20})
    with pytest.raises(NotSyncedError, match=r"is RUNNING after \d+ s: look-ups may still read"):
        publish(tables, core.admin(), TASK, TABLE, replace(SOON, limit_s=0.1))


def test_an_update_of_the_ingest_before_is_not_taken_for_this_one() -> None:
    """Only an update that began when this task asked, or later, copies what this task published."""
    asked = datetime(2024, 5, 1, 12, tzinfo=UTC)
    earlier = UpdateStateInfo(creation_time="2024-05-01T11:00:00Z", state=UpdateStateInfoState.COMPLETED)
    ours = UpdateStateInfo(creation_time="2024-05-01T12:00:01Z", state=UpdateStateInfoState.RUNNING)
    assert newest_since([earlier], asked) is None
    assert newest_since([ours, earlier], asked) is ours
    assert newest_since([UpdateStateInfo(state=UpdateStateInfoState.COMPLETED)], asked) is None


def test_a_principal_without_rights_cannot_publish(core: Core, tables: "Tables") -> None:
    """The online store is used by those alone who were given CAN_USE on it; the table's own privileges come on top."""
    core.admin().feature_store.create_online_store(OnlineStore(name="prod-online", capacity="CU_1"))
    name = core.application("stranger")
    with pytest.raises(PermissionDenied, match="does not have CAN_USE permissions on database-instances"):
        publish(tables, core.sdk(name), TASK, TABLE, SOON)
    entry = AccessControlRequest(service_principal_name=name, permission_level=PermissionLevel.CAN_USE)
    core.admin().permissions.set("database-instances", "prod-online", access_control_list=[entry])
    with pytest.raises(PermissionDenied, match="does not have USE CATALOG"):
        publish(tables, core.sdk(name), TASK, TABLE, SOON)
