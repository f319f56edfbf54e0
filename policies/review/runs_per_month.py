"""How often a Quartz schedule fires in a month of 730 hours. A field that is more than lists, ranges and steps counts
as one time per its period, such as `L`, the last day of a month.
"""

import re

_DAYS_PER_MONTH = 730 / 24
_WEEK = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")


def runs_per_month(quartz: str) -> float | None:
    """Runs a month of `second minute hour day-of-month month day-of-week [year]`; None where it is no such schedule."""
    fields = quartz.split()
    if len(fields) not in (6, 7):
        return None
    seconds, minutes, hours = (_times(field, size) for field, size in zip(fields, (60, 60, 24), strict=False))
    months = _times(fields[4], 12)
    return seconds * minutes * hours * _days(fields[3], fields[5]) * months / 12


def _days(day_of_month: str, day_of_week: str) -> float:
    if day_of_week not in ("?", "*"):
        numbered = re.sub("|".join(_WEEK), lambda day: str(_WEEK.index(day[0]) + 1), day_of_week.upper())
        return _times(numbered, 7) * _DAYS_PER_MONTH / 7
    if day_of_month in ("?", "*"):
        return _DAYS_PER_MONTH
    return _times(day_of_month, 31)


def _times(field: str, size: int) -> float:
    """How many of the `size` values of a field it names."""
    return sum(_part(part, size) for part in field.split(","))


def _part(part: str, size: int) -> float:
    base, _, step = part.partition("/")
    first, _, last = base.partition("-")
    if base in ("*", "?"):
        count = size
    elif first.isdigit() and last.isdigit():
        count = int(last) - int(first) + 1
    else:
        count = size - int(first) if step and first.isdigit() else 1
    return -(-count // int(step)) if step.isdigit() and int(step) else count
