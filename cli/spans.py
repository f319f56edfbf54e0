"""Times and spans of time as people type them. Pure."""

import re
from datetime import UTC, datetime

_UNITS_S = {"w": 7 * 24 * 3600, "d": 24 * 3600, "h": 3600, "m": 60, "s": 1}
_SPAN = re.compile(r"(\d+[wdhms])+")
_PART = re.compile(r"(\d+)([wdhms])")


def span_s(text: str) -> int:
    """`1d12h` in seconds. Raises ValueError that explains the format."""
    if not _SPAN.fullmatch(text):
        raise ValueError(f"{text!r} is not a span of time: write it as 31d, 12h, 30m or 1d12h (w, d, h, m, s)")
    return sum(int(count) * _UNITS_S[unit] for count, unit in _PART.findall(text))


def moment(text: str) -> datetime:
    """The time in UTC of an ISO 8601 date or time; without an offset it is taken as UTC.

    Raises ValueError that explains the format.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is not a time: write it as 2026-01-31, or 2026-01-31T06:00:00Z") from error
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
