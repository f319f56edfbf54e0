"""A monitor of a table of predictions: profile and drift tables, and a dashboard, maintained by Databricks."""

from dataclasses import dataclass

from infra.cdktf_seam import Scope, databricks


@dataclass(frozen=True, kw_only=True)
class QualityMonitorProps:
    """`table` and `output_schema` are full names; the columns are the table's. `slices`: further groups to profile.

    It profiles the rows of each `period`: day, week or month.

    `predicts_classes`: the prediction is one of several classes, not a number like a probability.
    """

    table: str
    output_schema: str
    assets_dir: str
    warehouse_id: str
    timestamp_column: str
    prediction_column: str
    predicts_classes: bool
    model_column: str
    period: str
    slices: tuple[str, ...]
    cron: str
    timezone: str

    @property
    def profiled_as(self) -> str:
        """The end of the provider's constant: frequencies of classes, or distributions of numbers."""
        return "CLASSIFICATION" if self.predicts_classes else "REGRESSION"


def quality_monitor(scope: Scope, id_: str, props: QualityMonitorProps) -> None:
    """The monitor, by period and model version."""
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
                granularities=[f"1 {props.period}"],
                timestamp_col=props.timestamp_column,
                prediction_col=props.prediction_column,
                model_id_col=props.model_column,
                problem_type=f"PROBLEM_TYPE_{props.profiled_as}",
            )
        ],
        slicing_exprs=list(props.slices) or None,
        schedule=[binding.QualityMonitorSchedule(quartz_cron_expression=props.cron, timezone_id=props.timezone)],
    )
