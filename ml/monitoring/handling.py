"""People's actions on an alert, its status, and whether to notify. Pure.

Time is counted in decided periods, not in days: monitoring learns nothing new in between.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ml.declarations import AlertRule, Calendar


class Act(StrEnum):
    """A person's action on an alert."""

    ACKNOWLEDGE = "acknowledge"
    SNOOZE = "snooze"
    RESOLVE = "resolve"


class Status(StrEnum):
    """The status of an alert. `closed`: its causes have ended; `resolved`: a person marked it as settled."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"
    CLOSED = "closed"


class News(StrEnum):
    """Why an alert is sent: it is new, nobody acknowledged it, it is back, or it has ended."""

    NEW = "new"
    REMINDER = "reminder"
    BACK = "back"
    OVER = "over"


@dataclass(frozen=True, kw_only=True)
class Handled:
    """A person's newest action on an alert, when `seen` was the newest decided period.

    `until`: the period from which a snoozed alert is sent again; None for other actions.
    """

    act: Act
    by: str
    seen: date
    until: date | None = None

    def status(self, newest: date) -> Status:
        """The status of an alert with causes in the period `newest`."""
        if self.act is Act.ACKNOWLEDGE:
            return Status.ACKNOWLEDGED
        if self.act is Act.SNOOZE:
            return Status.SNOOZED if self.until is not None and newest < self.until else Status.OPEN
        # Who resolves an alert knew the periods up to then: a cause in a later one is news.
        return Status.RESOLVED if newest <= self.seen else Status.OPEN

    def is_over_since(self, told: date) -> bool:
        """Whether it no longer holds an open alert back, and nobody has been told since."""
        if self.act is Act.SNOOZE:
            return self.until is not None and told < self.until
        return self.act is Act.RESOLVE and told <= self.seen


@dataclass(frozen=True, kw_only=True)
class Told:
    """The newest delivery of an alert: its decided period, and the alert's status then."""

    period: date
    status: Status


def status_of(*, has_ended: bool, handled: Handled | None, newest: date) -> Status:
    """The status of an alert once the period `newest` is decided."""
    if has_ended:
        return Status.CLOSED
    return handled.status(newest) if handled else Status.OPEN


def news_of(
    status: Status, told: Told | None, handled: Handled | None, *, newest: date, rule: AlertRule, calendar: Calendar
) -> News | None:
    """Why people are notified of an alert with this status; None: they know, or it is silenced."""
    if told is None:
        # What ended before it could be delivered happened all the same.
        return News.NEW if status in (Status.OPEN, Status.CLOSED) else None
    if status is Status.CLOSED:
        known = told.status is Status.CLOSED or (handled is not None and handled.act is Act.RESOLVE)
        return None if known else News.OVER
    if status is not Status.OPEN:
        return None
    if told.status is Status.CLOSED or (handled is not None and handled.is_over_since(told.period)):
        return News.BACK
    after = rule.remind_after_periods
    return News.REMINDER if after and calendar.passed(told.period, newest) >= after else None
