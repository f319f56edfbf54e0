"""What the jobs recorded about a model, read once and then only looked at."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date

from cli.model_records import gate_rows, move_rows, records, versions
from cli.models import NamedModel
from ml.declarations import Calendar
from ml.usecases import use_case
from ml.usecases.story import Records, Row

_PERIODS = ("period", "since_period", "last_period")


def read(model: NamedModel) -> Records:
    """All of it; the tables are asked at once. Raises CommandError where the model is not deployed."""
    decision_columns = "period, action, reason, evidence, decided_at"
    alert_columns = "key, since_period, last_period, what, how_much, what_to_do, status, delivered_to, delivered_at"
    metric_columns = (
        "period, model_version, metric, column, value, lower, upper, threshold_low, threshold_high, verdict, rows, "
        "slice, in_training"
    )
    # Alone and first: it imports MLflow, which imports much of what the others then find loaded.
    made = versions(model)
    with ThreadPoolExecutor() as pool:
        gates = pool.submit(gate_rows, model)
        moves = pool.submit(move_rows, model)
        decisions = pool.submit(records, model, "decisions", decision_columns, order="period")
        alerts = pool.submit(records, model, "alerts", alert_columns, order="since_period, key")
        metrics = pool.submit(records, model, "metrics", metric_columns, order="period, metric, column")
    calendar = use_case(model.use_case).judging
    return Records(
        calendar=calendar,
        versions=made,
        gates=gates.result(),
        moves=moves.result(),
        decisions=named(decisions.result(), calendar),
        alerts=named(alerts.result(), calendar),
        metrics=named(metrics.result(), calendar),
    )


def named(rows: Sequence[Row], calendar: Calendar) -> list[Row]:
    """`rows` with the names of their periods for the first days that stand for them."""
    return [
        {
            name: calendar.named(date.fromisoformat(str(value)[:10])) if name in _PERIODS else value
            for name, value in row.items()
        }
        for row in rows
    ]
