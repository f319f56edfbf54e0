"""The successor of the quality monitor: the same monitor, which names its table and output schema by id."""

from infra.cdktf_seam import Scope, databricks
from infra.constructs.models.quality_monitor import QualityMonitorProps


def data_quality_monitor(scope: Scope, id_: str, props: QualityMonitorProps) -> None:
    """The monitor, by period and model version. Both ids are looked up, because a job creates the table."""
    binding = databricks.data_quality_monitor
    table = databricks.data_databricks_table.DataDatabricksTable(scope, f"{id_}-table", name=props.table)
    schema = databricks.data_databricks_schema.DataDatabricksSchema(scope, f"{id_}-schema", name=props.output_schema)
    log = binding.DataQualityMonitorDataProfilingConfigInferenceLog(
        granularities=[f"AGGREGATION_GRANULARITY_1_{props.period.upper()}"],
        timestamp_column=props.timestamp_column,
        prediction_column=props.prediction_column,
        model_id_column=props.model_column,
        problem_type=f"INFERENCE_PROBLEM_TYPE_{props.profiled_as}",
    )
    profiling = binding.DataQualityMonitorDataProfilingConfig(
        output_schema_id=schema.schema_info.schema_id,
        assets_dir=props.assets_dir,
        warehouse_id=props.warehouse_id,
        inference_log=log,
        slicing_exprs=list(props.slices) or None,
        schedule=binding.DataQualityMonitorDataProfilingConfigSchedule(
            quartz_cron_expression=props.cron, timezone_id=props.timezone
        ),
    )
    binding.DataQualityMonitor(
        scope, id_, object_type="table", object_id=table.table_info.table_id, data_profiling_config=profiling
    )
