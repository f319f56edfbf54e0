"""Alerts of models: lists them, and runs the job that records an action on one."""

from cli.job_runs import run_job
from cli.model_records import records
from cli.models import NamedModel
from cli.output import Row
from cli.removals import require_success

_COLUMNS = (
    "key, status, since_period, last_period, what, slice, how_much, what_to_do, destination, handled_by, "
    "snoozed_until, delivered_to, delivered_at, last_error"
)


def alert_rows(model: NamedModel, *, ended: bool) -> list[Row]:
    """The model's alerts, newest first, with when and why a person last acted on each; ended ones only on request."""
    found = records(model, "alerts", _COLUMNS, order="last_period desc, key")
    acted = {row["key"]: row for row in records(model, "alert_actions", "key, handled_at, reason", order="handled_at")}
    nobody = {"handled_at": None, "reason": None}
    return [
        {"model": model.handle, **nobody, **acted.get(row["key"], {}), **row}
        for row in found
        if ended or row["status"] != "closed"
    ]


def record(model: NamedModel, parameters: dict[str, str], host: str | None) -> None:
    """Run the job that records the action. Raises CommandError with the task's own message if it fails."""
    job = model.job("alerts")
    require_success(run_job(model.env, job, parameters, host), job)
