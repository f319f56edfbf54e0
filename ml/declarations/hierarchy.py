"""How series add up, declared: their totals by levels, and how forecasts of series and totals are made to agree."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from ml.declarations.errors import require

# What the total of all series is called, as a level and as a total.
GRAND_TOTAL = "total"


class Method(StrEnum):
    """The method of reconciliation.

    `bottom_up` sums the series' forecasts. The others change all forecasts as little as their variances allow:
    `structural` sets the variance of a total to its number of series (errors need not be known), `variance` uses the
    measured variances.
    """

    BOTTOM_UP = "bottom_up"
    STRUCTURAL = "structural"
    VARIANCE = "variance"


@dataclass(frozen=True, kw_only=True)
class Level:
    """Totals of the series with the same text in a feature, or with the same first `characters` of it."""

    name: str
    feature: str
    characters: int | None = None


@dataclass(frozen=True, kw_only=True)
class Hierarchy:
    """The levels of totals, the widest first; above them is the total of all series.

    Each group of a level lies within one group of the level above. With `bottom_up` the series' forecasts stay as they
    are; with the other methods the totals are forecast from their own past too, and all forecasts are reconciled.
    """

    levels: tuple[Level, ...]
    method: Method = Method.VARIANCE

    def __post_init__(self) -> None:
        names = [level.name for level in self.levels]
        short = [level.name for level in self.levels if level.characters is not None and level.characters < 1]
        require(
            "hierarchy",
            [
                None if len(names) == len(set(names)) else f"levels {names} repeat a name: rename one",
                f"level {GRAND_TOTAL!r} is that of all series: rename yours" if GRAND_TOTAL in names else None,
                f"levels {short} take fewer than 1 character: give 1 or more, or leave it out" if short else None,
            ],
        )

    @property
    def features(self) -> tuple[str, ...]:
        """The features that the levels read, each once."""
        return tuple(dict.fromkeys(level.feature for level in self.levels))

    def wrong_features(self, types: dict[str, str], nullable: frozenset[str], series: tuple[str, ...]) -> Iterator[str]:
        """Levels of what is no text or may be null; series of which none is named by text.

        `types`: of the model's features by name; `nullable`: those that may be null.
        """
        unfit = [name for name in self.features if types.get(name) != "string" or name in nullable]
        if unfit:
            yield f"levels read {unfit}: name features of the model that are text and never null"
        if not any(types.get(name) == "string" for name in series):
            yield f"series {list(series)} has no text that could name a total: name a series by a text, or declare none"
