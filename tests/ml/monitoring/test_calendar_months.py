"""Calendar months."""

from datetime import date

import pytest

from ml.monitoring.calendar_months import add_months, months_between, months_from, named


@pytest.mark.parametrize(
    ("months", "expected"),
    [(0, date(2023, 11, 1)), (1, date(2023, 12, 1)), (2, date(2024, 1, 1)), (-11, date(2022, 12, 1))],
)
def test_months_are_counted_over_the_turn_of_the_year(months: int, expected: date) -> None:
    """Adding and counting are inverse."""
    assert add_months(date(2023, 11, 1), months) == expected
    assert months_between(date(2023, 11, 1), expected) == months


def test_months_from_includes_gaps_and_both_ends() -> None:
    """Every month, whether anything arrived or not."""
    assert [named(month) for month in months_from(date(2023, 12, 1), date(2024, 2, 1))] == [
        "2023-12",
        "2024-01",
        "2024-02",
    ]
