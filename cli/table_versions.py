"""The versions in a table's log. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from cli.output import Row
from cli.spans import moment


@dataclass(frozen=True, kw_only=True)
class Version:
    """A version in a table's log, made at `made` (UTC) by `operation`."""

    number: int
    made: datetime
    operation: str


def versions(history: Iterable[Row]) -> list[Version]:
    """The versions in the answer of DESCRIBE HISTORY, newest first."""
    found = [
        Version(number=int(row["version"]), made=moment(str(row["timestamp"])), operation=str(row["operation"]))
        for row in history
    ]
    return sorted(found, key=lambda each: -each.number)


def version_then(made: Sequence[Version], time: datetime) -> Version | None:
    """The table's version at `time`; None if that is before the oldest. `made` is newest first."""
    return next((each for each in made if each.made <= time), None)
