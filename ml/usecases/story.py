"""The interface of a use case's story for the demo engine, `cli/demo`. Not in the wheel; no job imports it.

A story is `ml/usecases/<name>/demo/story.py`, which assigns one `Story` to `STORY`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from ml.declarations.errors import require
from ml.declarations.periods import Calendar
from ml.versions.aliases import CHAMPION
from ml.versions.parts import Made, made_of

if TYPE_CHECKING:
    import pandas as pd

ROLLBACK = "rollback"
SIGN_OFF = "sign_off"
RETRAIN = "retrain"

Row = Mapping[str, Any]


class Version(Protocol):
    """A registered version: its creation time, its lineage tags, and its current aliases."""

    @property
    def number(self) -> int:
        """Its number, from 1."""

    @property
    def created(self) -> str:
        """Its creation time: an ISO timestamp."""

    @property
    def tags(self) -> Mapping[str, str]:
        """Its lineage."""

    @property
    def aliases(self) -> tuple[str, ...]:
        """Its current aliases."""


@dataclass(frozen=True, kw_only=True)
class Records:
    """The jobs' records about a model. Rows from SQL, oldest first: numbers are text. Periods have the names of
    `calendar`, the judging calendar of the use case.

    `gates` has one row per run, version and gate; `moves` one per move of an alias; `decisions` one per period;
    `alerts` one per cause; `metrics` one per period, version, metric and column.
    """

    calendar: Calendar
    versions: Sequence[Version]
    gates: Sequence[Row]
    moves: Sequence[Row]
    decisions: Sequence[Row]
    alerts: Sequence[Row]
    metrics: Sequence[Row]

    @property
    def champion(self) -> int | None:
        """The live version; None if there is none."""
        return next((version.number for version in self.versions if CHAMPION in version.aliases), None)

    @property
    def newest(self) -> int | None:
        """The newest version; None if there is none."""
        return max((version.number for version in self.versions), default=None)

    @property
    def champions(self) -> list[int]:
        """Every version that became live, in order."""
        return [int(row["to_version"]) for row in self.moves if row["alias"] == CHAMPION]

    @property
    def rollbacks(self) -> list[Row]:
        """Every move of `@champion` by a roll-back of a whole version."""
        back = [row for row in self.moves if row["alias"] == CHAMPION and row["cause"] == ROLLBACK]
        return [row for row in back if int(row["to_version"]) not in self.parts]

    @property
    def parts(self) -> dict[int, Made]:
        """The versions created by roll-backs of one part, each with its origin."""
        made = {version.number: made_of(version.tags) for version in self.versions}
        return {number: found for number, found in made.items() if found is not None}

    def trained(self, version: int | None) -> int | None:
        """The trained version behind `version`: itself, unless a roll-back of a part created it."""
        made = self.parts.get(version) if version is not None else None
        return version if made is None else self.trained(made.of)

    def verdicts(self, version: int) -> dict[str, Row]:
        """The newest verdict of each gate on `version`."""
        return {row["gate"]: row for row in self.gates if int(row["version"]) == version}

    def decision(self, period: str) -> Row | None:
        """The decision about the period; None if none was taken."""
        return next((row for row in self.decisions if row["period"] == period), None)

    def action(self, period: str) -> str:
        """The decision's action for the period."""
        decided = self.decision(period)
        return str(decided["action"]) if decided else "not decided"

    def holdout(self, version: Version) -> tuple[str, str]:
        """First and last period of the version's hold-out; empty if its tags do not contain them."""
        first, last = (version.tags.get(f"holdout_{end}_period", "") for end in ("first", "last"))
        return self._named(first), self._named(last)

    def _named(self, day: str) -> str:
        return self.calendar.named(date.fromisoformat(day)) if day else ""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """The result of a check: the finding, and whether it passed."""

    holds: bool
    detail: str


def led_to_nothing(periods: Sequence[str], records: Records) -> Finding:
    """Whether none of the periods caused an action."""
    actions = {period: records.action(period) for period in periods}
    return Finding(
        holds=set(actions.values()) == {"nothing"},
        detail="; ".join(f"{period}: {action}" for period, action in actions.items()),
    )


@dataclass(frozen=True, kw_only=True)
class Check:
    """One required result of a story; `judge` evaluates it on the records."""

    name: str
    judge: Callable[[Records], Finding]


@dataclass(frozen=True, kw_only=True)
class Irregular:
    """Three irregular files in the history of `feed`.

    One is late: it comes with the first delivery after the history. One has errors, written by `spoil` from the correct
    file, and that delivery corrects it. One comes again with that delivery, unchanged.
    """

    feed: str
    spoil: "Callable[[Path, Path], None]"


@dataclass(frozen=True, kw_only=True)
class Story:
    """A story: the deliveries, the change in the data, and the final checks.

    `generate` makes seeded raw data, `read` reads a raw file (ValueError if it is not one), and `replay` writes
    `<folder>/<feed>/<period>.csv` files, named by the use case's calendar, and returns their paths. `deliveries` give,
    in the judging calendar, the newest period of each group of files that land together in prod: the history first,
    then the new files. Staging tests the code on about `sample_rows` of the history; in dev nothing arrives, it reads
    prod's gold. Generated data changes permanently in `shift_period` (empty if it never does), and `checks` define the
    expected results. With a real file there is no known shift, so no retraining learns from `holdout_start` or later:
    the newest periods judge. With `rolls_back_part`, one new part of the live version is rolled back at the end; with
    `irregular`, some files arrive late, again, or corrected.

    Raises DeclarationError naming every impossible period.
    """

    generate: "Callable[[], pd.DataFrame]"
    read: "Callable[[Path], pd.DataFrame]"
    replay: "Callable[[pd.DataFrame, Path], list[Path]]"
    sample_rows: int
    deliveries: tuple[str, ...]
    shift_period: str
    holdout_start: str
    checks: tuple[Check, ...]
    rolls_back_part: bool = False
    irregular: Irregular | None = None

    def __post_init__(self) -> None:
        """Reject periods that the engine cannot play."""
        require("story", _problems(self))


def _problems(story: Story) -> Iterator[str]:
    periods = story.deliveries
    if len(periods) < 2 or any(before >= after for before, after in pairwise(periods)):
        yield f"deliveries are {periods}; name the history's newest period and, in order, each one that ends a delivery"
        return
    first, last = periods[0], periods[-1]
    if story.shift_period and not first < story.shift_period <= last:
        yield f"shift_period {story.shift_period!r} does not arrive; name a period after {first}, up to {last}"
    if not "" < story.holdout_start <= last:
        yield f"holdout_start {story.holdout_start!r} judges nothing; name a period up to {last}"
    if story.sample_rows < 1:
        yield f"sample_rows is {story.sample_rows}; staging needs one row or more"
