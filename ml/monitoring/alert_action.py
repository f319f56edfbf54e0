"""Task `alert_action` of job `<usecase>-alerts`: a person acknowledges, snoozes or resolves an alert.

The job runs as the monitoring principal, the only one that may write the record. The row names both the given person
and the person who started the run.
"""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from databricks.sdk import WorkspaceClient

from ml import parameters, runtime
from ml.declarations import Calendar
from ml.monitoring.alert_book import Book, Entry, merged
from ml.monitoring.handling import Act, Handled, Status
from ml.parameters import Common
from ml.records.appending import append_record
from ml.records.monitoring import ALERT_ACTIONS
from ml.tables import door


class NoSuchAlertError(LookupError):
    """No lasting alert has that key."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """The requested action. `periods`: how many periods a snoozed alert stays silent; 0 for other actions."""

    key: str
    act: Act
    by: str
    reason: str
    periods: int


def parse(arguments: Sequence[str] | None) -> tuple[Common, Request]:
    """The parameters; unknown or missing ones print an error and exit 2."""
    flags = parameters.of_model("alert_action")
    flags.add_argument("--key", required=True, type=parameters.told)
    flags.add_argument("--action", required=True, choices=[str(act) for act in Act])
    flags.add_argument("--by", required=True, type=parameters.told)
    flags.add_argument("--reason", required=True, type=parameters.told)
    flags.add_argument("--periods", default=0, type=_count, help="how many periods a snoozed alert stays silent")
    parsed = flags.parse_args(arguments)
    act, periods = Act(parsed.action), parsed.periods
    if (act is Act.SNOOZE) != (periods > 0):
        flags.error(f"--periods {periods}: give 1 or more with snooze, and omit it for other actions")
    request = Request(key=parsed.key, act=act, by=parsed.by, reason=parsed.reason, periods=periods)
    return parameters.common(parsed), request


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of periods: give a whole number")
    return int(text)


def main(arguments: Sequence[str] | None = None) -> None:
    """Record a person's action on an alert; run by job `<usecase>-alerts`."""
    common, request = parse(arguments)
    # Who started the run, which no parameter can say.
    creator = WorkspaceClient().jobs.get_run(int(common.run_id)).creator_user_name or "a schedule"
    row = record(Book(tables=door(), common=common), request, creator)
    runtime.report(
        task="alert_action",
        rows_in=1,
        rows_kept=1,
        rows_quarantined=0,
        alert=request.key,
        status=row["status"],
        handled_by=request.by,
    )


def record(book: Book, request: Request, creator: str) -> Mapping[str, object]:
    """Append the action, and return the alert's new row. Raises NoSuchAlertError."""
    book.create()
    entry = entry_of(book.entries(), request.key)
    handled = handled_by(request, entry.newest, book.common.judging)
    append_record(book.tables, ALERT_ACTIONS, book.actions, [action_row(book.common, request, handled, creator)])
    row = merged(replace(entry, handled=handled), book.common)
    book.save([row])
    return row


def entry_of(entries: Sequence[Entry], key: str) -> Entry:
    """The alert with that key. Raises NoSuchAlertError, which lists the lasting alerts, if no lasting alert has it."""
    found = next((entry for entry in entries if entry.alert.key == key), None)
    lasting = ", ".join(entry.alert.key for entry in entries if entry.status is not Status.CLOSED) or "none"
    if found is None:
        raise NoSuchAlertError(f"there is no alert {key!r}; lasting alerts: {lasting}")
    if found.status is Status.CLOSED:
        raise NoSuchAlertError(f"alert {key!r} has already ended, so there is nothing to do; lasting alerts: {lasting}")
    return found


def handled_by(request: Request, newest: date, calendar: Calendar) -> Handled:
    """The action, counted from the newest decided period."""
    until = calendar.add(newest, request.periods) if request.act is Act.SNOOZE else None
    return Handled(act=request.act, by=request.by, seen=newest, until=until)


def action_row(common: Common, request: Request, handled: Handled, creator: str) -> dict[str, object]:
    """A row of `alert_actions`."""
    return {
        "key": request.key,
        "model": common.model_name,
        "action": str(handled.act),
        "seen_period": handled.seen,
        "until_period": handled.until,
        "reason": request.reason,
        "handled_by": handled.by,
        "recorded_by": creator,
        "run_id": common.run_id,
        "handled_at": datetime.now(UTC),
    }
