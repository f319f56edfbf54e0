"""The request for a use case, and its mistakes."""

import keyword
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cli.new_usecase.beginnings import Beginning
from ml.declarations import Period

# The name becomes part of a package, of schemas, jobs and principals: the characters that all of them allow.
_NAME = re.compile(r"[a-z][a-z0-9]{2,19}")
# Schemas of the platform itself.
_TAKEN = {"platform"}
# A package hides a module of its name in the same folder.
_FOLDER = Path("ml", "usecases")


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How a new use case counts time.

    Attributes:
        type: the column type of its times.
        every: periods from one delivery of its demo to the next.
        horizon: periods after which an outcome is known.
    """

    name: Period
    type: str
    every: int
    horizon: int


# Outcomes are known within a week, or with the next month, so that few months wait for theirs. A demo of hours or days
# brings ten deliveries a month, to limit the time for landing files.
PACES = {
    Period.HOUR: Pace(name=Period.HOUR, type="timestamp", every=72, horizon=144),
    Period.DAY: Pace(name=Period.DAY, type="date", every=3, horizon=6),
    Period.WEEK: Pace(name=Period.WEEK, type="date", every=1, horizon=1),
    Period.MONTH: Pace(name=Period.MONTH, type="date", every=1, horizon=1),
}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A use case that does not exist yet."""

    name: str
    beginning: Beginning
    pace: Pace
    serving: bool


def problems(name: str, root: Path) -> Iterator[str]:
    """The reasons why the checkout at `root` cannot get a use case of this name."""
    if not _NAME.fullmatch(name) or keyword.iskeyword(name):
        yield (
            f"name {name!r}: give 3 to 20 lower-case letters and digits, first a letter, and no Python keyword; it "
            "becomes a package, and part of the names of schemas, jobs and principals"
        )
        return
    if name in _TAKEN:
        yield f"name {name!r}: a schema of the platform has this name; choose another"
    if (root / _FOLDER / f"{name}.py").exists():
        yield f"name {name!r}: the package would hide {_FOLDER / name}.py, which all use cases import; choose another"
    for folder in (root / _FOLDER / name, root / "tests" / _FOLDER / name):
        if folder.exists():
            yield f"folder {folder.relative_to(root)} exists: choose another name, or remove it"
