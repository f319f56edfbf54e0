"""Values as text."""

import datetime
import decimal
from typing import Any

import pytest

from localcloud.services.sql.values import text

MOMENT = datetime.datetime(2024, 1, 2, 3, 4, 5, 678000)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ("a", "a"),
        (True, "true"),
        (7, "7"),
        (0.5, "0.5"),
        (decimal.Decimal("1.50"), "1.50"),
        (datetime.date(2024, 1, 2), "2024-01-02"),
        (MOMENT.replace(tzinfo=datetime.UTC), "2024-01-02T03:04:05.678Z"),
        (MOMENT, "2024-01-02T03:04:05.678"),
        (b"x", "eA=="),
        ([1, None], "[1, null]"),
        ({"a": MOMENT.date(), "b": [b"x"]}, '{"a": "2024-01-02", "b": ["eA=="]}'),
    ],
)
def test_a_value_becomes_text(value: Any, expected: str | None) -> None:
    """As the Statement Execution API writes it."""
    assert text(value) == expected
