"""Task `alert` of job `<usecase>-monitoring`: notify people of changes, by webhook, e-mail or file.

Each alert is sent once, again if nobody acknowledges it or it comes back, and once more when it has ended. It is
recorded before it is sent, so none is lost. If a delivery fails, the task fails; its retry or the next run repeats the
delivery, only to the destinations that did not receive it.
"""

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from ml import parameters, runtime
from ml.declarations import Layer, Model, UseCase
from ml.monitoring.alert_book import Book, merged, news_about
from ml.monitoring.delivery import AlertFiles, Delivery, DeliveryError, Webhook, require_webhook
from ml.monitoring.mail import Mail, MailServer, people_of
from ml.monitoring.open_alerts import Alert
from ml.parameters import Common
from ml.secret_scope import read_secret
from ml.tables import Tables, door

VOLUME = "alerts"
# Between the places of one delivery in `delivered_to`.
_AND = "; "


class UndeliveredError(RuntimeError):
    """Some alerts could not be delivered; they are recorded, and the next run sends them."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Task:
    """The parameters of the task. Without a webhook and a mail server, alerts become files in the volume.

    `people`: addresses by destination.
    """

    common: Common
    webhook_url: str
    webhook_secret: str
    mail_secret: str
    people: Mapping[str, tuple[str, ...]]


def parse(arguments: Sequence[str] | None) -> Task:
    """The parameters; unknown or missing ones print an error and exit 2."""
    flags = parameters.of_model("alert")
    flags.add_argument("--webhook-url", default="", help="visible on the run's page: prefer --webhook-secret")
    flags.add_argument("--webhook-secret", default="", type=_secret_name, help="scope/key of a secret with the URL")
    flags.add_argument("--mail-secret", default="", type=_secret_name, help="scope/key of a secret with the server")
    flags.add_argument("--people", default="", type=_people, help="NAME=ADDRESS,ADDRESS;NAME=ADDRESS")
    parsed = flags.parse_args(arguments)
    return Task(
        common=parameters.common(parsed),
        webhook_url=parsed.webhook_url,
        webhook_secret=parsed.webhook_secret,
        mail_secret=parsed.mail_secret,
        people=parsed.people or {},
    )


def _secret_name(text: str) -> str:
    if text and (text.count("/") != 1 or not all(text.split("/"))):
        raise argparse.ArgumentTypeError(f"{text!r} is not scope/key")
    return text


def _people(text: str) -> Mapping[str, tuple[str, ...]]:
    try:
        return people_of(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def main(arguments: Sequence[str] | None = None) -> None:
    """Record and deliver alerts; run by job `<usecase>-monitoring`."""
    task = parse(arguments)
    book = Book(tables=door(), common=task.common)
    deliveries = deliveries_of(task, book.tables)
    book.create()
    entries = book.entries()
    rows = [merged(entry, task.common) for entry in entries]
    book.save(rows)
    tried = [
        tell(replace(entry.alert, news=news), row, deliveries, entry.newest)
        for entry, row in zip(entries, rows, strict=True)
        if (news := news_about(entry, task.common))
    ]
    book.save(tried)
    report(rows, tried)


def deliveries_of(task: Task, tables: Tables) -> tuple[Delivery, ...]:
    """The given webhook and mail server; files in the ops volume `alerts` if neither is given."""
    url = task.webhook_url or (read_secret(*task.webhook_secret.split("/")) if task.webhook_secret else "")
    given: list[Delivery] = [Webhook(require_webhook(url))] if url else []
    if task.mail_secret:
        server = MailServer.read(read_secret(*task.mail_secret.split("/")))
        given.append(Mail(server=server, people=task.people))
    if given:
        return tuple(given)
    volume = f"{task.common.schema(Layer.OPS)}.{VOLUME}"
    folder, shown = Path(tables.volume_path(volume, write=True)), f"/Volumes/{volume.replace('.', '/')}"
    inner = inner_folder(task.common.use_case, task.common.model)
    return (AlertFiles(folder / inner, f"{shown}/{inner}".rstrip("/")),)


def inner_folder(use_case: UseCase, model: Model) -> str:
    """Two models may have alerts with one key, so each further model has a folder; the first uses the top level."""
    return "" if model.name == use_case.models[0].name else model.name


def tell(
    alert: Alert,
    row: Mapping[str, object],
    deliveries: Sequence[Delivery],
    newest: date,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> dict[str, object]:
    """Deliver, and return the row with the result. Skips a destination that received the same news in a failed attempt;
    one that received older news gets the new ones.
    """
    news = f"{alert.news}, {row['status']}"
    failed_before = bool(row["last_error"]) and row.get("news") == news
    taken = str(row["delivered_to"] or "").split(_AND) if failed_before else []
    attempts = int(str(row["attempts"])) + 1 if failed_before else 1
    problems = []
    for delivery in deliveries:
        if delivery.place(alert) in taken:
            continue
        try:
            taken.append(delivery.deliver(alert))
        except DeliveryError as error:
            problems.append(str(error))
    told = {**row, "news": news, "attempts": attempts, "delivered_to": _AND.join(filter(None, taken)) or None}
    if problems:
        return {**told, "last_error": _AND.join(problems)}
    delivered = {"delivered_at": now(), "told_period": newest, "told_status": row["status"]}
    return {**told, **delivered, "last_error": None}


def report(rows: Sequence[Mapping[str, object]], tried: Sequence[Mapping[str, object]]) -> None:
    """The accounting line, then the failure if there is one. Raises UndeliveredError."""
    undelivered = [row for row in tried if row["last_error"]]
    runtime.set_task_value("alerts_delivered", len(tried) - len(undelivered))
    runtime.report(
        task="alert",
        rows_in=len(rows),
        rows_kept=len(rows),
        rows_quarantined=0,
        delivered=[row["key"] for row in tried if not row["last_error"]],
        undelivered=[row["key"] for row in undelivered],
    )
    if undelivered:
        listed = "; ".join(str(row["last_error"]) for row in undelivered)
        raise UndeliveredError(f"{len(undelivered)} alert(s) recorded but not delivered: {listed}; run the task again")
