"""Checks on an entry of a feed's landing folder, before it is opened."""

from datetime import UTC, date, datetime
from pathlib import Path

from ml.declarations import Binary, Calendar, PeriodFrom, Source
from ml.ingest.formats.record import EMPTY

_FIRST_YEAR = 1900


def entry_problem(path: Path, source: Source, calendar: Calendar, now: datetime | None = None) -> str | None:
    """Why `path` is refused before it is read, or None. `now` is the present unless it is given."""
    if path.is_dir():
        return "it is a folder; put files directly into the feed's folder"
    problem = name_problem(path.name, source, calendar, now or datetime.now(UTC))
    if problem or isinstance(source.format, Binary):
        # Problems with a binary file's content are reported for its record, in quarantine.
        return problem
    try:
        with path.open("rb") as file:
            return None if file.read(1) else EMPTY
    except OSError as error:
        return f"it cannot be read ({error.strerror}); correct its rights or deliver it again"


def name_problem(name: str, source: Source, calendar: Calendar, now: datetime) -> str | None:
    """Why a file with this name is refused, or None: its rows would count for an impossible period."""
    endings = source.format.endings
    ending = next((each for each in endings if name.endswith(each)), None)
    if source.period_from is PeriodFrom.COLUMN:
        return None if ending else f"the name {name!r} does not end in {' or '.join(endings)}; rename it"
    try:
        number = calendar.parse(name.removesuffix(ending)) if ending else None
    except ValueError:
        number = None
    if number is None:
        wanted = f"<{calendar.name_format}>{endings[0]}"
        return f"the name {name!r} is not {wanted}, the {calendar.period} in which its rows became known; rename it"
    if calendar.first_day(number) < date(_FIRST_YEAR, 1, 1):
        return f"the name {name!r} is of a {calendar.period} before {_FIRST_YEAR}; rename it to the correct one"
    if number > calendar.number(now):
        return f"the name {name!r} is of a {calendar.period} that has not begun (it is {now:%Y-%m-%d}); rename it"
    return None
