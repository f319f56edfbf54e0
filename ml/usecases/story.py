"""What a use case's story says to the demo engine, `cli/demo`. Not in the wheel; no job imports it.

A story is `ml/usecases/<name>/demo/story.py`, which assigns one `Story` to `STORY`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from ml.declarations.errors import require
from ml.versions.aliases import CHAMPION

if TYPE_CHECKING:
    import pandas as pd

ROLLBACK = "rollback"
SIGN_OFF = "sign_off"
RETRAIN = "retrain"

Row = Mapping[str, Any]


class Version(Protocol):
    """A registered version: when it was made, its lineage tags, and the aliases that point to it now."""

    @property
    def number(self) -> int:
        """Its number, from 1."""

    @property
    def created(self) -> str:
        """When it was made: an ISO timestamp."""

    @property
    def tags(self) -> Mapping[str, str]:
        """Its lineage."""

    @property
    def aliases(self) -> tuple[str, ...]:
        """The aliases that point to it."""


@dataclass(frozen=True, kw_only=True)
class Records:
    """What the jobs recorded about a model. Rows as SQL answers them, oldest first: numbers are text, months are
    `YYYY-MM-DD`.

    `gates` has one row per run, version and gate; `moves` one per move of an alias; `decisions` one per month; `alerts`
    one per cause; `metrics` one per month, version, metric and column.
    """

    versions: Sequence[Version]
    gates: Sequence[Row]
    moves: Sequence[Row]
    decisions: Sequence[Row]
    alerts: Sequence[Row]
    metrics: Sequence[Row]

    @property
    def champion(self) -> int | None:
        """The version that is live; None where none is."""
        return next((version.number for version in self.versions if CHAMPION in version.aliases), None)

    @property
    def newest(self) -> int | None:
        """The newest version; None where there is none."""
        return max((version.number for version in self.versions), default=None)

    @property
    def champions(self) -> list[int]:
        """Every version that became live, in order."""
        return [int(row["to_version"]) for row in self.moves if row["alias"] == CHAMPION]

    @property
    def rollbacks(self) -> list[Row]:
        """Every move of `@champion` by a roll-back."""
        return [row for row in self.moves if row["alias"] == CHAMPION and row["cause"] == ROLLBACK]

    def verdicts(self, version: int) -> dict[str, Row]:
        """The newest verdict of each gate on `version`."""
        return {row["gate"]: row for row in self.gates if int(row["version"]) == version}

    def decision(self, month: str) -> Row | None:
        """The decision about the month `YYYY-MM`; None where none was taken."""
        return next((row for row in self.decisions if named(row["month"]) == month), None)


def named(month: str) -> str:
    """`YYYY-MM` of a date as SQL writes it."""
    return month[:7]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a check found, whether it is as it must be or not."""

    holds: bool
    detail: str


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing that a story must show; `judge` says what the records show of it."""

    name: str
    judge: Callable[[Records], Finding]


@dataclass(frozen=True, kw_only=True)
class Story:
    """What arrives when, what changes in it, and what must hold in the end.

    `generate` makes seeded raw data, `read` reads a raw file (ValueError where it is none), and `replay` writes
    `<folder>/<feed>/<period>.csv` files, named by the use case's calendar, and returns their paths. `deliveries` are
    the newest months (`YYYY-MM`) of what lands together in prod: the history first, then what arrives. Staging tests
    the code on about `sample_rows` of the history; in dev nothing arrives, it reads prod's gold. Generated data changes
    for good in `shift_month` (empty if it never does), and `checks` say what must hold of it. Of a real file nothing is
    known, so no retraining learns from `holdout_start` or later: the newest months judge.

    Raises DeclarationError naming every month that cannot be.
    """

    generate: "Callable[[], pd.DataFrame]"
    read: "Callable[[Path], pd.DataFrame]"
    replay: "Callable[[pd.DataFrame, Path], list[Path]]"
    sample_rows: int
    deliveries: tuple[str, ...]
    shift_month: str
    holdout_start: str
    checks: tuple[Check, ...]

    def __post_init__(self) -> None:
        """Refuse months that the engine could not follow."""
        require("story", _problems(self))


def _problems(story: Story) -> Iterator[str]:
    months = story.deliveries
    if len(months) < 2 or any(before >= after for before, after in pairwise(months)):
        yield f"deliveries are {months}; name the history's newest month and, in order, each one that ends a delivery"
        return
    first, last = months[0], months[-1]
    if story.shift_month and not first < story.shift_month <= last:
        yield f"shift_month {story.shift_month!r} does not arrive; name a month after {first}, up to {last}"
    if not "" < story.holdout_start <= last:
        yield f"holdout_start {story.holdout_start!r} judges nothing; name a month up to {last}"
    if story.sample_rows < 1:
        yield f"sample_rows is {story.sample_rows}; staging needs one row or more"
