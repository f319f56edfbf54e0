"""Whether an entry of a feed's landing folder can be opened, before it is."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

from ml.ingest.records import EMPTY

# Latin digits alone: the month is read from the name by Spark too, which knows no others.
_PERIOD_FILE = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])\.csv")
_FIRST_YEAR = 1900


def entry_problem(path: Path, today: date | None = None) -> str | None:
    """Why `path` is refused before it is read, or None. `today` is the day in UTC unless it is given."""
    if path.is_dir():
        return "it is a folder; put files straight into the feed's folder"
    problem = name_problem(path.name, today or datetime.now(UTC).date())
    if problem:
        return problem
    try:
        with path.open("rb") as file:
            return None if file.read(1) else EMPTY
    except OSError as error:
        return f"it cannot be read ({error.strerror}); correct its rights or deliver it again"


def name_problem(name: str, today: date) -> str | None:
    """Why a file of this name is refused, or None: its rows would count for a month that cannot be meant."""
    found = _PERIOD_FILE.fullmatch(name)
    if found is None:
        return f"the name {name!r} is not <YYYY-MM>.csv, the month in which its rows became known; rename it"
    year, month = int(found.group(1)), int(found.group(2))
    if year < _FIRST_YEAR:
        return f"the name {name!r} is of a month before {_FIRST_YEAR}; rename it to the month that is meant"
    if (year, month) > (today.year, today.month):
        return f"the name {name!r} is of a month that has not begun (today is {today}); rename it"
    return None
