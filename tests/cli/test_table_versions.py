"""Versions of a table, as a warehouse answers its history."""

from datetime import UTC, datetime

import pytest

from cli.output import Row
from cli.spans import moment
from cli.table_versions import Version, version_then, versions

HISTORY: list[Row] = [
    {"version": "9", "timestamp": "2026-11-29T21:06:00Z", "operation": "MERGE"},
    {"version": "10", "timestamp": "2026-11-29 21:06:00.5", "operation": "WRITE"},
]


def test_versions_are_numbers_and_times_newest_first() -> None:
    """The tenth is newer than the ninth; a time that names no offset is of UTC."""
    tenth, ninth = versions(HISTORY)
    assert tenth == Version(number=10, made=datetime(2026, 11, 29, 21, 6, 0, 500_000, tzinfo=UTC), operation="WRITE")
    assert (ninth.number, ninth.operation) == (9, "MERGE")


@pytest.mark.parametrize(
    ("time", "number"),
    [
        ("2026-11-29T21:06:00.499Z", 9),
        ("2026-11-29T21:06:00.5Z", 10),
        ("2026-11-29T22:06:00.499+01:00", 9),
        ("2026-11-29T21:05:59.999Z", None),
    ],
)
def test_a_time_means_the_version_that_the_table_had(time: str, number: int | None) -> None:
    """One that was made on the whole second was there in that second; before the oldest there was none."""
    found = version_then(versions(HISTORY), moment(time))
    assert (found.number if found else None) == number
