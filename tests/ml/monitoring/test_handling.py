"""Where an alert stands after what people did, and when it is told again."""

from datetime import date

import pytest

from ml.declarations import AlertRule, AlertSubject
from ml.monitoring.handling import Act, Handled, News, Status, Told, news_of, status_of
from tests.ml.monitoring.policies import MONTHS

JUNE = date(2024, 6, 1)
RULE = AlertRule(about=AlertSubject.DRIFT, remind_after_periods=3)
NEW, CLOSED, OPEN = News.NEW, Status.CLOSED, Status.OPEN


def _month(number: int) -> date:
    return MONTHS.add(JUNE, number)


def _handled(act: Act, *, until: int | None = None) -> Handled:
    return Handled(act=act, by="mia", seen=JUNE, until=None if until is None else _month(until))


@pytest.mark.parametrize(
    ("handled", "after", "status"),
    [
        (None, 0, Status.OPEN),
        (_handled(Act.ACKNOWLEDGE), 5, Status.ACKNOWLEDGED),
        (_handled(Act.SNOOZE, until=2), 1, Status.SNOOZED),
        (_handled(Act.SNOOZE, until=2), 2, Status.OPEN),
        (_handled(Act.RESOLVE), 0, Status.RESOLVED),
        (_handled(Act.RESOLVE), 1, Status.OPEN),
    ],
)
def test_what_people_do_holds_as_long_as_it_says(handled: Handled | None, after: int, status: Status) -> None:
    """Taken for good, silent until its period, settled until a later period still has the cause."""
    assert status_of(has_ended=False, handled=handled, newest=_month(after)) is status
    assert status_of(has_ended=True, handled=handled, newest=_month(after)) is Status.CLOSED


@pytest.mark.parametrize(
    ("status", "told", "handled", "after", "news"),
    [
        (OPEN, None, None, 0, News.NEW),
        # It began and ended between two runs.
        (CLOSED, None, None, 1, News.NEW),
        (Status.SNOOZED, None, _handled(Act.SNOOZE, until=2), 0, None),
        (OPEN, OPEN, None, 2, None),
        (OPEN, OPEN, None, 3, News.REMINDER),
        (Status.ACKNOWLEDGED, OPEN, _handled(Act.ACKNOWLEDGE), 9, None),
        (OPEN, OPEN, _handled(Act.SNOOZE, until=2), 2, News.BACK),
        (OPEN, OPEN, _handled(Act.RESOLVE), 1, News.BACK),
        (CLOSED, OPEN, None, 1, News.OVER),
        (CLOSED, OPEN, _handled(Act.ACKNOWLEDGE), 1, News.OVER),
        (CLOSED, OPEN, _handled(Act.RESOLVE), 1, None),
        (CLOSED, CLOSED, None, 4, None),
    ],
)
def test_an_alert_is_told_when_there_is_news(
    status: Status, told: Status | None, handled: Handled | None, after: int, news: News | None
) -> None:
    """Told in June for the first time, if at all; each telling says why."""
    before = Told(period=JUNE, status=told) if told else None
    assert news_of(status, before, handled, newest=_month(after), rule=RULE, calendar=MONTHS) is news


def test_what_is_back_is_told_once() -> None:
    """After the telling of August, the snooze that ended in August is no news any more."""
    snoozed, told = _handled(Act.SNOOZE, until=2), Told(period=_month(2), status=OPEN)
    assert news_of(OPEN, told, snoozed, newest=_month(2), rule=RULE, calendar=MONTHS) is None


def test_without_reminders_an_open_alert_is_told_once() -> None:
    """`remind_after_periods=0`."""
    rule = AlertRule(about=AlertSubject.DRIFT, remind_after_periods=0)
    assert news_of(OPEN, Told(period=JUNE, status=OPEN), None, newest=_month(99), rule=rule, calendar=MONTHS) is None
