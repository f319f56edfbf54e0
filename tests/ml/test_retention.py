"""How long a declared history is, in days."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ml.declarations import Calendar, Retention
from ml.declarations.errors import DeclarationError
from ml.declarations.periods import Period
from ml.usecases import use_case

NOW = datetime(2024, 3, 15, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("period", "periods", "days"),
    [
        (Period.MONTH, 1, 44),  # 1 February to 15 March of a leap year
        (Period.MONTH, 12, 381),
        (Period.WEEK, 2, 19),  # Monday 26 February
        (Period.DAY, 30, 31),
        (Period.HOUR, 240, 11),
        (Period.MONTH, None, 44),
        (Period.DAY, None, 31),
    ],
)
def test_a_history_is_as_long_as_its_periods_are_on_the_calendar(
    period: Period, periods: int | None, days: int
) -> None:
    """From the first day of the oldest kept period to today; left out, it is about a month."""
    assert Retention(history_periods=periods).days(Calendar(period=period), NOW) == days


@pytest.mark.parametrize(
    ("period", "periods", "least"), [(Period.HOUR, 24, 168), (Period.DAY, 6, 7), (Period.WEEK, 0, 1)]
)
def test_a_history_that_is_too_short_for_delta_is_refused(period: Period, periods: int, least: int) -> None:
    """The use case says so where it is declared, with the least that is allowed."""
    with pytest.raises(DeclarationError, match=f"history_periods is {periods} {period}s, .*: give {least} or more"):
        replace(use_case("credit"), calendar=Calendar(period=period), retention=Retention(history_periods=periods))
