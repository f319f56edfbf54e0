"""A database instance with a synced table, deployed by a stack: real rows of a real Delta table, by key."""

import time
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from databricks.sdk.errors import BadRequest, InvalidParameterValue, NotFound, PermissionDenied
from databricks.sdk.service.database import (
    DatabaseInstance,
    SyncedDatabaseTable,
    SyncedTableSchedulingPolicy,
    SyncedTableSpec,
)

from localcloud.services.serving.online.tables import OnlineTables
from ml.server.online import OnlineStore
from tests.localcloud.core import Core
from tests.localcloud.loader.stacks import Stacks, counts
from tests.localcloud.masks import mask

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

SOURCE, SYNCED = "prod.credit_gold.scores", "prod.credit_gold.scores_online"
ONLINE = "SYNCED_TABLE_ONLINE_NO_PENDING_UPDATE"
ROWS = [(1, date(2024, 1, 1), 0.5), (2, date(2024, 1, 1), 0.1), (2, date(2024, 3, 1), 0.3), (2, date(2024, 2, 1), 0.2)]
RESOURCES: dict[str, Any] = {
    "databricks_database_instance.store": {"name": "prod-online", "capacity": "CU_1"},
    "databricks_database_synced_database_table.scores": {
        "name": SYNCED,
        "database_instance_name": "${databricks_database_instance.store.name}",
        "logical_database_name": "databricks_postgres",
        "spec": {
            "source_table_full_name": SOURCE,
            "primary_key_columns": ["client_id"],
            "timeseries_key": "month",
            "scheduling_policy": "SNAPSHOT",
            "create_database_objects_if_missing": True,
        },
    },
}


@pytest.fixture
def source(lake: Core) -> Core:
    """`lake`, whose table has a key, a time and a score."""
    types = {"client_id": "bigint", "month": "date", "score": "double"}
    columns = [{"name": name, "type_text": type_} for name, type_ in types.items()]
    lake.cloud.store.put("table", SOURCE, {**lake.cloud.store.require("table", SOURCE), "columns": columns})
    return lake


def _spec(*keys: str, time_column: str | None = "month") -> SyncedTableSpec:
    return SyncedTableSpec(
        source_table_full_name=SOURCE,
        primary_key_columns=list(keys),
        timeseries_key=time_column,
        scheduling_policy=SyncedTableSchedulingPolicy.TRIGGERED,
    )


def _make(core: Core, spec: SyncedTableSpec, principal: str | None = None) -> SyncedDatabaseTable:
    table = SyncedDatabaseTable(
        name=SYNCED, database_instance_name="prod-online", logical_database_name="databricks_postgres", spec=spec
    )
    client = core.sdk(principal) if principal else core.admin()
    return client.database.create_synced_database_table(table)


def _instance(core: Core) -> None:
    core.admin().database.create_database_instance(DatabaseInstance(name="prod-online", capacity="CU_1"))


def _state(core: Core) -> str:
    """How the table stands once its update has ended."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        status = core.admin().database.get_synced_database_table(SYNCED).data_synchronization_status
        assert status is not None
        assert status.detailed_state is not None
        if status.detailed_state.value.startswith("SYNCED_TABLE_ON") or "FAILED" in status.detailed_state.value:
            return status.detailed_state.value
        time.sleep(0.1)
    raise AssertionError("the update did not end")


def test_a_stack_syncs_a_table(source: Core, stacks: Stacks, spark: "SparkSession", spark_remote: str) -> None:
    """The newest row of each key, which no endpoint looks up. Loaded again, nothing changes; they go with the block."""
    source.cloud.spark_remote = spark_remote
    location = source.cloud.store.require("table", SOURCE)["storage_location"]
    spark.createDataFrame(ROWS, "client_id bigint, month date, score double").write.format("delta").save(location)
    stacks.write("prod-serving", RESOURCES)
    assert counts(stacks.load("prod-serving")) == (2, 0, 0, 0)
    assert _state(source) == ONLINE
    online_tables = OnlineTables(source.cloud)
    online = OnlineStore(online_tables.file)
    assert online.read(SYNCED, ["1", "2", "9"]) == {
        "1": {"client_id": 1, "month": "2024-01-01", "score": 0.5},
        "2": {"client_id": 2, "month": "2024-03-01", "score": 0.3},
    }
    # Model Serving looks features up in online stores, and no synced table is one.
    assert online_tables.published(SOURCE) is None
    assert counts(stacks.load("prod-serving")) == (0, 0, 2, 0)
    stacks.write("prod-serving", {})
    assert counts(stacks.load("prod-serving")) == (0, 0, 0, 2)
    assert online.read(SYNCED, ["1", "2"]) == {}


def test_the_sdk_makes_reads_and_deletes_one(source: Core) -> None:
    """Without Spark its update fails, which its state says; a second one of that name is refused."""
    _instance(source)
    made = _make(source, _spec("client_id"))
    assert (made.name, made.effective_database_instance_name) == (SYNCED, "prod-online")
    assert _state(source) == "SYNCED_TABLE_OFFLINE_FAILED"
    with pytest.raises(Exception, match="already exists"):
        _make(source, _spec("client_id"))
    source.admin().database.delete_synced_database_table(SYNCED)
    with pytest.raises(NotFound, match=f"Synced database table '{SYNCED}' does not exist"):
        source.admin().database.get_synced_database_table(SYNCED)


def test_it_asks_for_rights_on_the_store_the_source_and_the_schema(source: Core) -> None:
    """One after the other: CAN_USE, SELECT, CREATE_TABLE."""
    _instance(source)
    principal = source.application("prod-credit-ingest")
    source.grant("catalog", "prod", principal, "USE_CATALOG")
    source.grant("schema", "prod.credit_gold", principal, "USE_SCHEMA")
    with pytest.raises(PermissionDenied, match="CAN_USE"):
        _make(source, _spec("client_id"), principal)
    entry = {"service_principal_name": principal, "permission_level": "CAN_USE"}
    url = f"{source.url('prod')}/api/2.0/permissions/database-instances/prod-online"
    assert source.call("PATCH", url, json={"access_control_list": [entry]}).is_success
    with pytest.raises(PermissionDenied, match="SELECT"):
        _make(source, _spec("client_id"), principal)
    source.grant("schema", "prod.credit_gold", principal, "SELECT")
    with pytest.raises(PermissionDenied, match="CREATE TABLE"):
        _make(source, _spec("client_id"), principal)
    source.grant("schema", "prod.credit_gold", principal, "CREATE_TABLE")
    assert _make(source, _spec("client_id"), principal).name == SYNCED


def test_what_cannot_be_synced_is_refused(source: Core) -> None:
    """No instance, a column that is not there, several keys, and a table of which something is hidden."""
    with pytest.raises(NotFound, match="Database instance 'prod-online' does not exist"):
        _make(source, _spec("client_id"))
    _instance(source)
    with pytest.raises(BadRequest, match="has no column day; it has client_id, month, score"):
        _make(source, _spec("client_id", time_column="day"))
    with pytest.raises(InvalidParameterValue, match="has exactly one, beside timeseries_key"):
        _make(source, _spec("client_id", "month", time_column=None))
    mask(source, SOURCE)
    with pytest.raises(BadRequest, match="hidden from the caller: it cannot be synced"):
        _make(source, _spec("score", time_column=None))
