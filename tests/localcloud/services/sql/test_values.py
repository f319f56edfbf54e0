"""Values as text."""

import datetime
import decimal
from typing import Any

import pytest
from databricks.sdk.service.sql import ColumnInfo, ColumnInfoTypeName

from localcloud.services.sql.columns import column
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
        (decimal.Decimal("0E-10"), "0.0000000000"),
        (decimal.Decimal("1.000E-7"), "0.0000001000"),
        (decimal.Decimal("1E+3"), "1000"),
        ([decimal.Decimal("0E-3")], '["0.000"]'),
        (float("nan"), "NaN"),
        (float("inf"), "Infinity"),
        (float("-inf"), "-Infinity"),
        (1e7, "1.0E7"),
        (9999999.0, "9999999.0"),
        (0.001, "0.001"),
        (-0.00012, "-1.2E-4"),
        (0.0, "0.0"),
        (-0.0, "-0.0"),
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


@pytest.mark.parametrize(("value", "expected"), [(0.10000000149011612, "0.1"), (16777216.0, "1.6777216E7")])
def test_a_float_has_the_digits_of_32_bits(value: float, expected: str) -> None:
    """Not those of the double that it arrives as."""
    assert text(value, "float") == expected


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("bigint", {"type_name": "LONG", "type_text": "BIGINT"}),
        ("smallint", {"type_name": "SHORT", "type_text": "SMALLINT"}),
        ("tinyint", {"type_name": "BYTE", "type_text": "TINYINT"}),
        ("void", {"type_name": "NULL", "type_text": "VOID"}),
        ("varchar(10)", {"type_name": "STRING", "type_text": "VARCHAR(10)"}),
        ("decimal(3,2)", {"type_name": "DECIMAL", "type_text": "DECIMAL(3,2)", "type_precision": 3, "type_scale": 2}),
        ("array<bigint>", {"type_name": "ARRAY", "type_text": "ARRAY<BIGINT>"}),
        (
            "interval day to second",
            {
                "type_name": "INTERVAL",
                "type_text": "INTERVAL DAY TO SECOND",
                "type_interval_type": "DAY TO SECOND",
            },
        ),
    ],
)
def test_a_type_has_the_name_that_the_sdk_knows(kind: str, expected: dict[str, Any]) -> None:
    """The SDK reads every type's name, and the digits of a decimal."""
    shown = column("a", kind, 3)
    assert shown == {"name": "a", "position": 3, **expected}
    assert ColumnInfo.from_dict(shown).type_name is ColumnInfoTypeName(expected["type_name"])
