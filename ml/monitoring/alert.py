"""Task `alert` of job `<usecase>-monitoring`: tell people what changed, once, by webhook or file.

Every alert is recorded before it is delivered, so none is lost: what could not be delivered stays undelivered in the
`alerts` table, makes the task fail, and is delivered by its retry or by the next run.
"""

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pyspark.sql import functions as F  # noqa: N812

from ml import parameters, runtime
from ml.declarations import Layer, Model, UseCase
from ml.monitoring.decide import read_decisions
from ml.monitoring.delivery import AlertFiles, Delivery, DeliveryError, Webhook, require_webhook
from ml.monitoring.open_alerts import Alert, alerts
from ml.parameters import Common
from ml.records.monitoring import ALERTS, DECISIONS
from ml.secret_scope import read_secret
from ml.tables import Tables, door, frame_of

VOLUME = "alerts"


class UndeliveredError(RuntimeError):
    """Some alerts could not be delivered; they are recorded and wait for the next run."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Task:
    """The parameters of the task. Neither webhook given: alerts become files in the volume."""

    common: Common
    webhook_url: str
    webhook_secret: str


def parse(arguments: Sequence[str] | None) -> Task:
    """The parameters; unknown or missing ones print an error and exit 2."""
    flags = parameters.of_model("alert")
    flags.add_argument("--webhook-url", default="", help="shown in the run's page: prefer --webhook-secret")
    flags.add_argument("--webhook-secret", default="", type=_secret_name, help="scope/key of a secret with the URL")
    parsed = flags.parse_args(arguments)
    return Task(common=parameters.common(parsed), webhook_url=parsed.webhook_url, webhook_secret=parsed.webhook_secret)


def _secret_name(text: str) -> str:
    if text and (text.count("/") != 1 or not all(text.split("/"))):
        raise argparse.ArgumentTypeError(f"{text!r} is not scope/key")
    return text


def main(arguments: Sequence[str] | None = None) -> None:
    """Record and deliver alerts; run by job `<usecase>-monitoring`."""
    task = parse(arguments)
    common, tables = task.common, door()
    delivery = delivery_of(task, tables)
    source, target = (table.full_name(common.catalog, common.use_case.name) for table in (DECISIONS, ALERTS))
    tables.create(ALERTS, target)
    title = f"{common.use_case.label(common.model)} in {common.catalog}"
    decided = read_decisions(tables, source, common.model_name)
    wanted = alerts([each.decision for each in decided], title, common.judging)
    mine = tables.read(target).where(F.col("model") == common.model_name)
    before = {str(row["key"]): row.asDict() for row in mine.collect()}
    rows = [merged(alert, before.get(alert.key), common) for alert in wanted]
    save(tables, target, rows)
    tried = [tell(alert, row, delivery) for alert, row in zip(wanted, rows, strict=True) if not row["delivered_at"]]
    save(tables, target, tried)
    report(rows, tried)


def delivery_of(task: Task, tables: Tables) -> Delivery:
    """The webhook where one is given, files in the ops volume `alerts` otherwise."""
    url = task.webhook_url or (read_secret(*task.webhook_secret.split("/")) if task.webhook_secret else "")
    if url:
        return Webhook(require_webhook(url))
    volume = f"{task.common.schema(Layer.OPS)}.{VOLUME}"
    folder, shown = Path(tables.volume_path(volume, write=True)), f"/Volumes/{volume.replace('.', '/')}"
    inner = inner_folder(task.common.use_case, task.common.model)
    return AlertFiles(folder / inner, f"{shown}/{inner}".rstrip("/"))


def inner_folder(use_case: UseCase, model: Model) -> str:
    """Two models may have an alert of one key, so a further one has a folder; files of the first lie at the top."""
    return "" if model.name == use_case.models[0].name else model.name


def merged(alert: Alert, before: Mapping[str, object] | None, common: Common) -> dict[str, object]:
    """The row of `alert`. Its delivery stays as recorded, and an alert that says nothing new stays as it is."""
    told = {
        "key": alert.key,
        "model": common.model_name,
        "since_period": alert.since_period,
        "last_period": alert.last_period,
        "what": alert.what,
        "how_much": alert.how_much,
        "what_to_do": alert.what_to_do,
        "status": alert.status,
    }
    if before is None:
        never = {"attempts": 0, "delivered_to": None, "last_error": None, "delivered_at": None}
        return {**told, **never, "run_id": common.run_id}
    changed = any(before[name] != value for name, value in told.items())
    return {**before, **told, "run_id": common.run_id if changed else before["run_id"]}


def tell(
    alert: Alert, row: Mapping[str, object], delivery: Delivery, now: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> dict[str, object]:
    """Deliver, and return the row that says how it went."""
    attempts = int(str(row["attempts"])) + 1
    try:
        delivered_to = delivery.deliver(alert)
    except DeliveryError as error:
        return {**row, "attempts": attempts, "last_error": str(error)}
    return {**row, "attempts": attempts, "delivered_to": delivered_to, "delivered_at": now(), "last_error": None}


def save(tables: Tables, target: str, rows: Sequence[Mapping[str, object]]) -> None:
    """Merge the rows; equal ones change nothing."""
    if rows:
        tables.merge(ALERTS, target, frame_of(tables.spark, ALERTS, rows))


def report(rows: Sequence[Mapping[str, object]], tried: Sequence[Mapping[str, object]]) -> None:
    """The accounting line, then the failure if there is one. Raises UndeliveredError."""
    undelivered = [row for row in tried if not row["delivered_at"]]
    runtime.set_task_value("alerts_delivered", len(tried) - len(undelivered))
    runtime.report(
        task="alert",
        rows_in=len(rows),
        rows_kept=len(rows),
        rows_quarantined=0,
        delivered=[row["key"] for row in tried if row["delivered_at"]],
        undelivered=[row["key"] for row in undelivered],
    )
    if undelivered:
        listed = "; ".join(str(row["last_error"]) for row in undelivered)
        raise UndeliveredError(f"{len(undelivered)} alert(s) recorded but not delivered: {listed}; run the task again")
