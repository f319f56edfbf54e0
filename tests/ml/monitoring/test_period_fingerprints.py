"""Which periods there are and which must be measured. Pure."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from ml.declarations import Calendar, Period
from ml.monitoring.measure import plan
from ml.monitoring.period_fingerprints import Counted, PeriodState, periods_between
from tests.ml.monitoring.policies import MONTHS

JUNE, JULY, AUGUST, SEPTEMBER = (date(2024, month, 1) for month in (6, 7, 8, 9))
LABELLED = PeriodState(
    period=JUNE,
    features=Counted(rows=1000, checksum=1),
    predictions={1: Counted(rows=1000, checksum=2)},
    outcomes=Counted(rows=1000, checksum=3),
    rejected=10,
    duplicates=2,
)
UNLABELLED = replace(LABELLED, outcomes=Counted())


@pytest.mark.parametrize(
    "change",
    [
        lambda state: replace(state, features=Counted(rows=1000, checksum=9)),
        lambda state: replace(state, predictions={2: Counted(rows=1000, checksum=2)}),
        lambda state: replace(state, outcomes=Counted(rows=999, checksum=3)),
        lambda state: replace(state, rejected=11),
    ],
    ids=["features", "predictions", "outcomes", "quarantine"],
)
def test_any_change_of_a_period_changes_its_fingerprint(change: Callable[[PeriodState], PeriodState]) -> None:
    """Rows, predictions, outcomes and rejected records all count."""
    assert change(LABELLED).fingerprint(AUGUST, MONTHS, 1) != LABELLED.fingerprint(AUGUST, MONTHS, 1)


def test_deadlines_change_a_period_only_where_something_is_missing() -> None:
    """Overdue outcomes are news once; a period that has them all is left alone for ever."""
    assert LABELLED.fingerprint(JULY, MONTHS, 1) == LABELLED.fingerprint(SEPTEMBER, MONTHS, 1)
    assert UNLABELLED.fingerprint(JULY, MONTHS, 1) != UNLABELLED.fingerprint(AUGUST, MONTHS, 1)
    assert UNLABELLED.fingerprint(AUGUST, MONTHS, 1) == UNLABELLED.fingerprint(SEPTEMBER, MONTHS, 1)
    assert LABELLED.fingerprint(JUNE, MONTHS, 1) != LABELLED.fingerprint(JULY, MONTHS, 1)


@pytest.mark.parametrize(
    ("predictions", "version"),
    [
        ({}, 7),
        ({3: Counted(rows=1)}, 3),
        ({3: Counted(rows=900), 4: Counted(rows=100)}, 3),
        ({3: Counted(rows=500), 4: Counted(rows=500)}, 4),
    ],
)
def test_a_period_is_measured_for_the_version_that_scored_most_of_it(
    predictions: dict[int, Counted], version: int
) -> None:
    """The newer of equals; the live version where nothing is scored."""
    assert replace(LABELLED, predictions=predictions).version(7) == version


def test_only_periods_that_changed_are_stale() -> None:
    """A period measured at its present fingerprint is left alone; another version's measurement does not count."""
    known = [LABELLED, replace(LABELLED, period=JULY), replace(LABELLED, period=AUGUST)]
    done = {
        (JUNE, 1): known[0].fingerprint(AUGUST, MONTHS, 1),
        (JULY, 1): "of other data",
        (AUGUST, 2): known[2].fingerprint(AUGUST, MONTHS, 1),
    }
    periods = plan(known, 1, done, MONTHS, 1)
    assert [state.period for state in periods.stale] == [JULY, AUGUST]
    assert periods.newest == AUGUST


def test_gaps_are_filled_and_a_clock_that_jumps_fills_no_table() -> None:
    """Three empty months between two are measured; of a century of days up to a wrong clock the first."""
    far = date(2124, 7, 1)
    assert periods_between(MONTHS, [JUNE, date(2024, 10, 1)]) == [JUNE, JULY, AUGUST, SEPTEMBER, date(2024, 10, 1)]
    months = periods_between(MONTHS, [date(1924, 6, 1), JUNE, far])
    assert months[0] == date(1924, 6, 1)
    assert JUNE in months
    assert months[-1] == far
    assert len(months) == 2 * 120 + 1
    assert len(periods_between(Calendar(period=Period.DAY), [JUNE, far])) == 121


def test_a_clock_that_jumps_ahead_leaves_no_outcome_waiting() -> None:
    """One row of a wrong century is the newest period: outcomes of others are overdue, which is told, not awaited."""
    periods = plan([UNLABELLED, replace(UNLABELLED, period=date(2124, 6, 1))], 1, {}, MONTHS, 1)
    assert periods.newest == date(2124, 6, 1)
    assert periods.overdue == {JUNE}
