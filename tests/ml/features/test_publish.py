"""Publishing the feature table, through the real SDK, to the local cloud's online store."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from databricks.sdk.errors import PermissionDenied
from databricks.sdk.service.ml import OnlineStore

from ml.features.publish import publish, skipped
from ml.parameters import Common
from ml.usecases.credit.declaration import CREDIT
from tests.localcloud.core import Core, leave, start

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from ml.tables import Tables

TASK = Common(use_case=CREDIT, catalog="prod", run_id="1")
ONLINE = "prod.credit_features.client_features_online"


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
    from ml.tables.unity_rest import UnityRestPlaces  # noqa: PLC0415

    door = Tables(spark, UnityRestPlaces(core.admin().api_client))
    declared = CREDIT.model.feature_table.table
    filled = {"string": "30_to_44", "int": 1, "double": 0.5}
    common = {column.name: filled.get(column.type) for column in declared.columns}
    keys = [(1, date(2024, 1, 1)), (1, date(2024, 2, 1)), (2, date(2024, 1, 1))]
    rows = [{**common, "client_id": client, "application_month": month} for client, month in keys]
    door.merge(declared, declared.full_name("prod", "credit"), frame_of(spark, declared, rows))
    return door


def test_without_an_online_store_nothing_is_published(core: Core, tables: "Tables") -> None:
    """The first ingest comes before the serving stack: the task succeeds and says what to do."""
    assert publish(tables, core.admin(), TASK) == (0, "")
    assert "no online store 'prod-online'" in skipped(TASK)


def test_a_use_case_that_serves_nothing_publishes_nothing(core: Core, tables: "Tables") -> None:
    """Look-ups need an endpoint."""
    task = replace(TASK, use_case=replace(CREDIT, serving=None))
    assert publish(tables, core.admin(), task) == (0, "")
    assert "declares no serving" in skipped(task)


def test_publishing_twice_ends_with_the_same_online_table(core: Core, tables: "Tables") -> None:
    """The newest row of each client is online, once, under the declared name."""
    admin = core.admin()
    admin.feature_store.create_online_store(OnlineStore(name="prod-online", capacity="CU_1"))
    shown = []
    for _ in range(2):
        assert publish(tables, admin, TASK) == (3, ONLINE)
        shown.append(core.call("GET", f"{core.url('prod')}/api/2.0/feature-store/online-tables/{ONLINE}").json())
    assert shown[0]["rows"] == shown[1]["rows"] == 2


def test_a_principal_without_rights_cannot_publish(core: Core, tables: "Tables") -> None:
    """The online store shows a table to nobody who may not read it."""
    core.admin().feature_store.create_online_store(OnlineStore(name="prod-online", capacity="CU_1"))
    stranger = core.sdk(core.application("stranger"))
    with pytest.raises(PermissionDenied):
        publish(tables, stranger, TASK)
