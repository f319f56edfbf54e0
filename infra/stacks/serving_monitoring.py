"""Monitoring of predictions in the workspace: Databricks' own monitor, and SQL alerts on open alerts."""

from infra import names
from infra.constructs.models.data_quality_monitor import data_quality_monitor
from infra.constructs.models.quality_monitor import QualityMonitorProps, quality_monitor
from infra.constructs.observability.alerting import AlertProps, QueryProps, alert, query
from infra.spec.values.use_case import ServingValues
from infra.stacks.open_alerts import COLUMN, open_alerts
from infra.stacks.serving_parts import Parts
from ml.declarations import Layer, UseCase

# Daily: a warehouse that starts every hour costs more than an alert that comes some hours later.
_ALERT_CRON = "0 0 10 * * ?"
_METRICS = (
    "select period, model, model_version, metric, `column`, value, threshold_low, threshold_high, verdict, reason "
    "from {metrics} where verdict not in ('ok', 'recorded') order by period desc, model, verdict, metric"
)

_MONITORS = {"quality_monitor": quality_monitor, "data_quality_monitor": data_quality_monitor}


def monitor(parts: Parts, use_case: UseCase, place: str) -> None:
    """Databricks' own monitor of the predictions, in addition to the monitoring job's metrics."""
    first = use_case.models[0]
    predicted = first.problem.output[0]
    props = QualityMonitorProps(
        table=parts.table(use_case.name, Layer.GOLD, names.PREDICTIONS),
        output_schema=f"{parts.environment.catalog}.{names.schema(use_case.name, Layer.OPS)}",
        assets_dir=f"/Workspace{place}/{use_case.name}-monitor",
        warehouse_id=parts.warehouse_id,
        timestamp_column=first.feature_table.event_time,
        prediction_column=predicted.name,
        predicts_classes=bool(predicted.allowed),
        model_column="model_version",
        period=use_case.judging.period,
        # Version numbers are per model.
        slices=("model",) if len(use_case.models) > 1 else (),
        cron=use_case.jobs.monitoring_cron,
        timezone=use_case.jobs.timezone,
    )
    kind = (parts.environment.use_cases[use_case.name].serving or ServingValues()).monitor
    _MONITORS[kind](parts.stack, f"{use_case.name}-predictions-monitor", props)


def alerts(parts: Parts, use_case: UseCase, place: str) -> None:
    """Open alerts as one SQL alert per destination, and the metrics behind them as a query."""
    name = use_case.name
    query(
        parts.stack,
        f"{name}-metrics-query",
        QueryProps(
            name=f"{name}: metrics out of bounds",
            description="Every metric of monitoring that is not within its limits, newest period first.",
            text=_METRICS.format(metrics=parts.table(name, Layer.OPS, "metrics")),
            warehouse_id=parts.warehouse_id,
            parent_path=f"/Workspace{place}",
        ),
    )
    for asked in open_alerts(use_case, parts.environment.name, parts.table(name, Layer.OPS, "alerts")):
        props = AlertProps(
            name=asked.name,
            text=asked.text,
            column=COLUMN,
            threshold=0,
            summary=asked.summary,
            description=asked.description,
            warehouse_id=parts.warehouse_id,
            parent_path=f"/Workspace{place}",
            run_as=parts.run_as(name, "monitoring"),
            destination_id=parts.destination_ids[asked.destination],
            cron=_ALERT_CRON,
            timezone=use_case.jobs.timezone,
        )
        alert(parts.stack, asked.id, props)
