"""Times as people type them, by table."""

from datetime import UTC, datetime

import pytest

from cli.spans import moment, span_s


@pytest.mark.parametrize(
    ("text", "expected_s"), [("31d", 2_678_400), ("1d12h", 129_600), ("2w", 1_209_600), ("90s", 90), ("30m", 1800)]
)
def test_a_span_in_seconds(text: str, expected_s: int) -> None:
    """A number with its unit, and several of them added."""
    assert span_s(text) == expected_s


@pytest.mark.parametrize("text", ["", "31", "d", "-1d", "1.5h", "1 d", "1y"])
def test_a_span_without_its_unit_is_refused(text: str) -> None:
    """The message shows what was given and how to write it."""
    with pytest.raises(ValueError, match="is not a span of time: write it as 31d"):
        span_s(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-31", datetime(2026, 1, 31, tzinfo=UTC)),
        ("2026-01-31T06:00:00Z", datetime(2026, 1, 31, 6, tzinfo=UTC)),
        ("2026-01-31T06:00+02:00", datetime(2026, 1, 31, 4, tzinfo=UTC)),
    ],
)
def test_a_moment(text: str, expected: datetime) -> None:
    """A date is its midnight; it is of UTC if no offset is named, and in UTC in any case."""
    assert (moment(text), moment(text).tzinfo) == (expected, UTC)


def test_what_is_no_moment_is_refused() -> None:
    """The message shows what was given and how to write it."""
    with pytest.raises(ValueError, match="is not a time: write it as 2026-01-31"):
        moment("31.1.2026")
