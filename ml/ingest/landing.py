"""What lies in a feed's landing folder."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from ml.ingest.records import EMPTY

# Latin digits alone: the month is read from the name by Spark too, which knows no others.
_PERIOD_FILE = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])\.csv")
_FIRST_YEAR = 1900


@dataclass(frozen=True)
class Landed:
    """A file of a feed. `problem` says why it cannot even be opened; None where it can."""

    path: Path
    problem: str | None


def landed(folder: Path) -> list[Landed]:
    """Every entry of `folder` by name, without hidden ones. A folder that is not there yet holds nothing."""
    entries = sorted(folder.iterdir()) if folder.is_dir() else []
    return [Landed(path, entry_problem(path)) for path in entries if not path.name.startswith((".", "_"))]


def entry_problem(path: Path) -> str | None:
    """Why `path` is refused before it is read, or None."""
    if path.is_dir():
        return "it is a folder; put files straight into the feed's folder"
    problem = name_problem(path.name, datetime.now(UTC).date())
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


def readable(entries: Iterable[Landed]) -> list[Path]:
    """The files that can be opened."""
    return [entry.path for entry in entries if entry.problem is None]
