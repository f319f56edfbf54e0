"""Data quality monitors through the real SDK: kept as declared, by the ids of table and schema."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from databricks.sdk.errors import BadRequest, NotFound, PermissionDenied, ResourceAlreadyExists
from databricks.sdk.service import dataquality as dq

from tests.localcloud.core import Core, start, stop
from tests.localcloud.predictions import TABLE, make_predictions


@pytest.fixture
def core(tmp_path: Path) -> Iterator[Core]:
    """A local cloud with a table of predictions and a schema for what a monitor makes."""
    served = start(tmp_path / "home")
    make_predictions(served)
    yield served
    stop(served)


def wanted(core: Core, **profile: object) -> dq.Monitor:
    """A monitor of the table, into `prod.ops`."""
    admin = core.admin()
    config = {
        "output_schema_id": admin.schemas.get("prod.ops").schema_id,
        "assets_dir": "/Workspace/monitors",
        "time_series": {"granularities": ["AGGREGATION_GRANULARITY_1_MONTH"], "timestamp_column": "month"},
        **profile,
    }
    body = {"object_type": "table", "object_id": admin.tables.get(TABLE).table_id, "data_profiling_config": config}
    return dq.Monitor.from_dict(body)


def test_a_monitor_is_kept_by_its_tables_id(core: Core) -> None:
    """It names the table, and where its metrics would lie; a second one of the table is refused."""
    api, monitor = core.admin().data_quality, wanted(core)
    api.create_monitor(monitor)
    found = api.get_monitor("table", monitor.object_id).data_profiling_config
    assert found is not None
    assert (found.monitored_table_name, found.profile_metrics_table_name) == (
        TABLE,
        "prod.ops.predictions_profile_metrics",
    )
    assert found.status is dq.DataProfilingStatus.DATA_PROFILING_STATUS_ACTIVE
    with pytest.raises(ResourceAlreadyExists, match="already exists"):
        api.create_monitor(monitor)
    weekly = wanted(core, slicing_exprs=["probability > 0.5"])
    api.update_monitor("table", monitor.object_id, weekly, "data_profiling_config")
    changed = api.get_monitor("table", monitor.object_id).data_profiling_config
    assert changed is not None
    assert changed.slicing_exprs == ["probability > 0.5"]
    api.delete_monitor("table", monitor.object_id)
    with pytest.raises(NotFound):
        api.get_monitor("table", monitor.object_id)


def test_a_profile_is_of_one_kind(core: Core) -> None:
    """A snapshot of a series over time is neither."""
    with pytest.raises(BadRequest, match="given: snapshot, time_series"):
        core.admin().data_quality.create_monitor(wanted(core, snapshot={}))


def test_only_the_owner_monitors(core: Core) -> None:
    """A monitor shows what is in the table, so reading it is not enough to make one."""
    stranger, monitor = core.sdk(core.application("stranger")), wanted(core)
    with pytest.raises(PermissionDenied):
        stranger.data_quality.create_monitor(monitor)


def test_an_unknown_table_is_not_monitored(core: Core) -> None:
    """Nor is a table named by its full name, which the older resource took."""
    monitor = wanted(core)
    monitor.object_id = TABLE
    with pytest.raises(NotFound, match=r"Table with id 'prod\.gold\.predictions' does not exist"):
        core.admin().data_quality.create_monitor(monitor)
