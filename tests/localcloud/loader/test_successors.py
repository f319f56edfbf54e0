"""The successors of the monitor and of the online store, as stacks declare them."""

from typing import Any

from tests.localcloud.loader.stacks import Stacks, counts
from tests.localcloud.predictions import TABLE, make_predictions

LOOKED_UP = {
    "databricks_table.predictions": {"name": TABLE},
    "databricks_schema.ops": {"name": "prod.ops"},
}


def monitor(cron: str) -> dict[str, Any]:
    """A stack with the monitor, which names table and schema by ids that are looked up."""
    log = {
        "granularities": ["AGGREGATION_GRANULARITY_1_MONTH"],
        "timestamp_column": "month",
        "prediction_column": "probability",
        "model_id_column": "model_version",
        "problem_type": "INFERENCE_PROBLEM_TYPE_REGRESSION",
    }
    profile = {
        "output_schema_id": "${data.databricks_schema.ops.schema_info[0].schema_id}",
        "assets_dir": "/Workspace/monitors",
        "inference_log": log,
        "schedule": {"quartz_cron_expression": cron, "timezone_id": "UTC"},
    }
    table_id = "${data.databricks_table.predictions.table_info[0].table_id}"
    return {
        "databricks_data_quality_monitor.m": {
            "object_type": "table",
            "object_id": table_id,
            "data_profiling_config": profile,
        }
    }


def test_a_data_quality_monitor_follows_its_stack(stacks: Stacks) -> None:
    """Made for the table with the looked-up id, changed in place, and gone with its block."""
    make_predictions(stacks.core)
    admin = stacks.core.admin()
    table_id = str(admin.tables.get(TABLE).table_id)
    for number, cron in enumerate(("0 0 8 * * ?", "0 0 9 * * ?")):
        stacks.write("prod-ml", monitor(cron), data=LOOKED_UP)
        assert counts(stacks.load()) == ((1, 0, 0, 0), (0, 1, 0, 0))[number]
        found = admin.data_quality.get_monitor("table", table_id).data_profiling_config
        assert found is not None
        assert found.schedule is not None
        assert (found.monitored_table_name, found.schedule.quartz_cron_expression) == (TABLE, cron)
        assert found.drift_metrics_table_name == "prod.ops.predictions_drift_metrics"
    stacks.write("prod-ml", {})
    assert counts(stacks.load()) == (0, 0, 0, 1)


def test_a_database_instance_grows_in_place(stacks: Stacks) -> None:
    """It is an online store, with a replica per node beside the first; capacity and nodes are changed, not replaced."""
    for number, (capacity, nodes) in enumerate((("CU_1", 1), ("CU_2", 2))):
        instance = {"name": "features", "capacity": capacity, "node_count": nodes, "enable_readable_secondaries": True}
        stacks.write("prod-ml", {"databricks_database_instance.s": instance})
        assert counts(stacks.load()) == ((1, 0, 0, 0), (0, 1, 0, 0))[number]
        [store] = stacks.core.admin().feature_store.list_online_stores()
        assert (store.name, store.capacity, store.read_replica_count) == ("features", capacity, nodes - 1)
