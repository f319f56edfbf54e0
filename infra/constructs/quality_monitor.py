"""A monitor of a table of predictions: profile and drift tables, and a dashboard, kept by Databricks."""

from dataclasses import dataclass

from infra.cdktf_seam import Scope, databricks


@dataclass(frozen=True, kw_only=True)
class QualityMonitorProps:
    """`table` and `output_schema` are full names; the columns are the table's. `slices`: profiled by each too."""

    table: str
    output_schema: str
    assets_dir: str
    warehouse_id: str
    timestamp_column: str
    prediction_column: str
    model_column: str
    slices: tuple[str, ...]
    cron: str
    timezone: str


def quality_monitor(scope: Scope, id_: str, props: QualityMonitorProps) -> None:
    """The monitor, month by month and by model version."""
    binding = databricks.quality_monitor
    binding.QualityMonitor(
        scope,
        id_,
        table_name=props.table,
        output_schema_name=props.output_schema,
        assets_dir=props.assets_dir,
        warehouse_id=props.warehouse_id,
        inference_log=[
            binding.QualityMonitorInferenceLog(
                granularities=["1 month"],
                timestamp_col=props.timestamp_column,
                prediction_col=props.prediction_column,
                model_id_col=props.model_column,
                # A probability is a number: its distribution is profiled, not that of a class.
                problem_type="PROBLEM_TYPE_REGRESSION",
            )
        ],
        slicing_exprs=list(props.slices) or None,
        schedule=[binding.QualityMonitorSchedule(quartz_cron_expression=props.cron, timezone_id=props.timezone)],
    )
