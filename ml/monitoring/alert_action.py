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


class PastPeriodError(ValueError):
    """A snoozed alert would be silent until a period that is decided on."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """The requested action. A snoozed alert stays silent for `periods` periods, or until the first day `until` of one.

    Other actions have 0 periods and no `until`.
    """

    key: str
    act: Act
    by: str
    reason: str
    periods: int
    until: date | None = None


def parse(arguments: Sequence[str] | None) -> tuple[Common, Request]:
    """The parameters; unknown or missing ones print an error and exit 2."""
    flags = parameters.of_model("alert_action")
    flags.add_argument("--key", required=True, type=parameters.told)
    flags.add_argument("--action", required=True, choices=[str(act) for act in Act])
    flags.add_argument("--by", required=True, type=parameters.told)
    flags.add_argument("--reason", required=True, type=parameters.told)
    flags.add_argument("--periods", default=0, type=_count, help="how many periods a snoozed alert stays silent")
    flags.add_argument("--until", default="", help="first period in which a snoozed alert is sent again")
    parsed = flags.parse_args(arguments)
    common, act = parameters.common(parsed), Act(parsed.action)
    until = parameters.first_day(flags, common, parsed.until, flag="--until")
    times = [f"--{name} {value}" for name, value in (("periods", parsed.periods), ("until", parsed.until)) if value]
    if len(times) != (act is Act.SNOOZE):
        flags.error(
            f"{act} with {' and '.join(times) or 'no time'}: give snooze either --periods, 1 or more, or --until, and "
            "other actions neither"
        )
    request = Request(key=parsed.key, act=act, by=parsed.by, reason=parsed.reason, periods=parsed.periods, until=until)
    return common, request


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
    """Append the action, and return the alert's new row. Raises NoSuchAlertError, PastPeriodError."""
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
        raise NoSuchAlertError(f"there is no alert {key!r}; name one that lasts: {lasting}")
    if found.status is Status.CLOSED:
        raise NoSuchAlertError(
            f"alert {key!r} has already ended, so there is nothing to do; name one that lasts: {lasting}"
        )
    return found


def handled_by(request: Request, newest: date, calendar: Calendar) -> Handled:
    """The action, counted from the newest decided period. Raises PastPeriodError."""
    until = calendar.add(newest, request.periods) if request.periods else request.until
    if until is not None and until <= newest:
        raise PastPeriodError(
            f"until {calendar.named(until)}: that period is decided on, so nothing would be silenced; give "
            f"{calendar.named(calendar.add(newest, 1))} or a later one"
        )
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
