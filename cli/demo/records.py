"""The jobs' records about a model, read once."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date

from cli.model_records import gate_rows, move_rows, records, versions
from cli.models import NamedModel
from cli.output import Row
from ml.declarations import Calendar
from ml.usecases import use_case
from ml.usecases.story import Records

_PERIODS = ("period", "since_period", "last_period")


def read(model: NamedModel, *, measured: bool = True) -> Records:
    """The records about `model`; if not `measured`, without alerts and metrics, which take longest.

    The tables are queried concurrently. Raises CommandError if the model is not deployed.
    """
    # Alone and first: it imports MLflow, and so most of the modules that the others need.
    made = versions(model)
    asked = {"gates": gate_rows, "moves": move_rows, "decisions": _decisions}
    asked |= {"alerts": _alerts, "metrics": _metrics} if measured else {}
    with ThreadPoolExecutor() as pool:
        found = {name: pool.submit(ask, model) for name, ask in asked.items()}
    rows = {name: answer.result() for name, answer in found.items()}
    calendar = use_case(model.use_case).judging
    return Records(
        calendar=calendar,
        versions=made,
        gates=rows["gates"],
        moves=rows["moves"],
        decisions=named(rows["decisions"], calendar),
        alerts=named(rows.get("alerts", ()), calendar),
        metrics=named(rows.get("metrics", ()), calendar),
    )


def _decisions(model: NamedModel) -> list[Row]:
    return records(model, "decisions", "period, action, reason, evidence, decided_at", order="period")


def _alerts(model: NamedModel) -> list[Row]:
    columns = "key, since_period, last_period, what, how_much, what_to_do, status, delivered_to, delivered_at"
    return records(model, "alerts", columns, order="since_period, key")


def _metrics(model: NamedModel) -> list[Row]:
    columns = (
        "period, model_version, metric, column, value, lower, upper, threshold_low, threshold_high, verdict, rows, "
        "slice, in_training"
    )
    return records(model, "metrics", columns, order="period, metric, column")


def named(rows: Sequence[Row], calendar: Calendar) -> list[Row]:
    """`rows` with the names of periods instead of their first days."""
    return [
        {
            name: calendar.named(date.fromisoformat(str(value)[:10])) if name in _PERIODS else value
            for name, value in row.items()
        }
        for row in rows
    ]
