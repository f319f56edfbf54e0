"""What people did about an alert, where it stands, and whether there is something to tell. Pure.

All is counted in periods that were decided on, not in days: monitoring knows nothing new in between.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ml.declarations import AlertRule, Calendar


class Act(StrEnum):
    """What a person does about an alert."""

    ACKNOWLEDGE = "acknowledge"
    SNOOZE = "snooze"
    RESOLVE = "resolve"


class Status(StrEnum):
    """Where an alert stands. `closed`: its causes have ended; `resolved`: a person says that it is settled."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"
    CLOSED = "closed"


class News(StrEnum):
    """Why an alert is told: for the first time, since nobody took it, since it is back, or since it has ended."""

    NEW = "new"
    REMINDER = "reminder"
    BACK = "back"
    OVER = "over"


@dataclass(frozen=True, kw_only=True)
class Handled:
    """The newest thing that a person did about an alert, when `seen` was the newest period that was decided on.

    `until`: the period from which a snoozed alert is told again; None for the others.
    """

    act: Act
    by: str
    seen: date
    until: date | None = None

    def status(self, newest: date) -> Status:
        """Where an alert with causes in the period `newest` stands."""
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
    """The newest delivery of an alert: in which decided period, and how the alert stood then."""

    period: date
    status: Status


def status_of(*, has_ended: bool, handled: Handled | None, newest: date) -> Status:
    """Where an alert stands once the period `newest` is decided on."""
    if has_ended:
        return Status.CLOSED
    return handled.status(newest) if handled else Status.OPEN


def news_of(
    status: Status, told: Told | None, handled: Handled | None, *, newest: date, rule: AlertRule, calendar: Calendar
) -> News | None:
    """Why people are to be told of an alert that stands so; None: they know, or want to hear nothing."""
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
