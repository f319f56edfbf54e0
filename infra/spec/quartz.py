"""Quartz cron expressions, the only kind that Databricks schedules take."""

import re
from dataclasses import dataclass

_MONTHS = "JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC"
_DAYS = "SUN|MON|TUE|WED|THU|FRI|SAT"


@dataclass(frozen=True)
class _Field:
    """One field: its range, the words for its numbers, and forms beside lists, ranges and steps."""

    name: str
    low: int
    high: int
    words: str = ""
    special: str = ""


_FIELDS = (
    _Field("seconds", 0, 59),
    _Field("minutes", 0, 59),
    _Field("hours", 0, 23),
    _Field("day of month", 1, 31, special=r"\?|L|LW|L-\d+|\d+W"),
    _Field("month", 1, 12, words=_MONTHS),
    _Field("day of week", 1, 7, words=_DAYS, special=r"\?|L|[1-7]L|[1-7]#[1-5]"),
    _Field("year", 1970, 2099),
)


def _field_problem(text: str, field: _Field) -> str | None:
    if field.special and re.fullmatch(field.special, text):
        return None
    value = rf"(\d+|{field.words})" if field.words else r"(\d+)"
    for part in text.split(","):
        if not re.fullmatch(rf"(\*|{value}(-{value})?)(/\d+)?", part):
            return f"has {text!r} for {field.name}: use {field.low}-{field.high}, *, lists, ranges or steps"
        numbers = [int(number) for number in re.findall(r"(?<!/)\b\d+", part)]
        if any(not field.low <= number <= field.high for number in numbers):
            return f"has {text!r} for {field.name}: use {field.low} to {field.high}"
    return None


def quartz_problem(expression: str) -> str | None:
    """Why `expression` is no Quartz cron expression; None where it is one."""
    parts = expression.split()
    if len(parts) not in (6, 7):
        return f"has {len(parts)} fields: use 6 or 7 (seconds minutes hours day-of-month month day-of-week [year])"
    for text, field in zip(parts, _FIELDS, strict=False):
        problem = _field_problem(text, field)
        if problem:
            return problem
    if (parts[3] == "?") == (parts[5] == "?"):
        return "needs ? for exactly one of day of month and day of week: put ? in the one that does not matter"
    return None
