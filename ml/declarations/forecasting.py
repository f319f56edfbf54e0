"""Declaration of forecasting: the columns of a series, its past and the step ahead, and the forecast's output.

A row is one series at one origin for one step: what was known at the end of the origin's period, asked about the
period that begins `step` periods later. So one label is one number, and every stage takes it as it takes any other.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from ml.declarations.errors import require
from ml.declarations.features import Feature
from ml.declarations.forecast_candidates import CANDIDATES, LIBRARY_CANDIDATES
from ml.declarations.forecasting_checks import wrong_features, wrong_settings
from ml.declarations.hierarchy import GRAND_TOTAL, Hierarchy
from ml.declarations.measures import PINBALL, RMSSE, SMAPE, WAPE, Measure
from ml.declarations.monitored import (
    ERROR_OF_TOTALS,
    ERROR_OVER_NAIVE,
    EXPECTED_FORECAST_COVERAGE,
    EXPECTED_SCALED_ERROR,
    FORECAST_BIAS,
    FORECAST_COVERAGE,
    SCALED_BIAS_DIFFERENCE,
    SCALED_ERROR,
    Monitored,
)
from ml.declarations.problem import Algorithm, ProblemType, Totals
from ml.declarations.table import Column

_NUMBERS = ("int", "bigint", "double")


@dataclass(frozen=True, kw_only=True)
class Forecasting(ProblemType):
    """How much will it be in each of the next periods, for each of many series?

    Attributes:
        unit: of the label and of what is answered.
        series: the features that together name a series.
        step: the feature that says how many periods after the origin the answer is for, from 1 to `horizon`.
        history: the features that hold the past, the newest first; null before the series began.
        season_periods: the length of a season in periods; 1: there is none. Of several it is the longest.
        inner_season_periods: the length of a season within it (of a week of hours the day's 24); 1: there is none.
        horizon_origins: how many origins' periods the horizon spans: 1 if an origin is a day and the steps its next 24
            hours. Left out: as many as there are steps, since each period has an origin.
        levels: of the intervals, in percent: which share of true values lies between `lo_<level>` and `hi_<level>`.
        non_negative: no answer lies below zero.
        least_scale: in `unit`, the smallest size that errors are divided by, so that a series that hardly ever moves
            does not outweigh all others.
        candidates: what is tried for each series, as named in `forecast_candidates.py`, and always the naive forecast.
            Empty: all that need no library. A model of the library is fitted anew for each row that is asked about, at
            a cost of milliseconds to a second.
        false_retrainings: of the series that a training gives new parameters, which share may need them by chance
            alone; the others keep theirs. None: every series is tried anew. The error that a series had on periods
            which its fit had not seen is what it is held to.
        hierarchy: how the series add up. Batch scoring then makes the forecasts of an origin agree, and writes those of
            the totals to a table of their own. None: each series is answered by itself.
    """

    name: ClassVar[str] = "forecasting"
    algorithms: ClassVar[tuple[Algorithm, ...]] = (
        Algorithm.XGBOOST,
        Algorithm.LIGHTGBM,
        Algorithm.LINEAR,
        Algorithm.NETWORK,
    )
    label_types: ClassVar[tuple[str, ...]] = _NUMBERS

    unit: str
    series: tuple[str, ...]
    step: str
    horizon: int
    history: tuple[str, ...]
    season_periods: int = 1
    inner_season_periods: int = 1
    horizon_origins: int | None = None
    levels: tuple[int, ...] = (80, 95)
    non_negative: bool = True
    least_scale: float = 1.0
    candidates: tuple[str, ...] = ()
    false_retrainings: float | None = None
    hierarchy: Hierarchy | None = None

    def __post_init__(self) -> None:
        require(self.name, wrong_settings(self))

    @property
    def tried(self) -> tuple[str, ...]:
        """The candidates, with the naive forecast first."""
        return tuple(dict.fromkeys(("naive", *(self.candidates or CANDIDATES))))

    @property
    def packages(self) -> tuple[str, ...]:
        """`statsforecast`, if one of its models is tried."""
        return ("statsforecast",) if set(self.tried) & set(LIBRARY_CANDIDATES) else ()

    @property
    def spanned_origins(self) -> int:
        """The largest number of origins between an origin and its last step."""
        return self.horizon_origins or self.horizon

    @property
    def bounds(self) -> tuple[tuple[str, str], ...]:
        """The columns of the ends of each interval, in the order of `levels`."""
        return tuple((f"lo_{level}", f"hi_{level}") for level in self.levels)

    @property
    def output(self) -> tuple[Column, ...]:
        """`forecast`, two bounds per level, `naive`, `scale`, `series`, and `chosen`, the candidates used."""
        least = 0.0 if self.non_negative else None

        def value(name: str, comment: str) -> Column:
            return Column(name=name, type="double", unit=self.unit, comment=comment, minimum=least)

        ends = [
            column
            for level, (low, high) in zip(self.levels, self.bounds, strict=True)
            for column in (
                value(low, f"Lower end of the {level} % interval."),
                value(high, f"Upper end of the {level} % interval."),
            )
        ]
        return (
            value("forecast", "The value to expect."),
            *ends,
            value("naive", "What was there a season ago: the forecast to be better than."),
            Column(name="scale", type="double", unit=self.unit, comment="Size of the series' changes.", minimum=0),
            Column(name="series", type="string", comment="Names of the series, joined with |."),
            Column(name="chosen", type="string", comment="The candidates used, or why none of its own was."),
        )

    @property
    def totals(self) -> Totals | None:
        """With a hierarchy: the level, the total in it, the step, and the number of its series; then the answer."""
        if self.hierarchy is None:
            return None
        levels = (GRAND_TOTAL, *(level.name for level in self.hierarchy.levels))
        return Totals(
            keys=("level", "total", self.step),
            columns=(
                Column(name="level", type="string", comment="The level of the total.", allowed=levels),
                Column(name="total", type="string", comment="The group of series that it adds up."),
                Column(
                    name=self.step, type="int", comment="Periods after the origin.", minimum=1, maximum=self.horizon
                ),
                Column(name="members", type="bigint", comment="How many series it adds up.", minimum=1),
                *(column for column in self.output if column.name != "series"),
            ),
        )

    @property
    def measures(self) -> tuple[Measure, ...]:
        """Root mean squared scaled error first: every series counts equally, whatever its size."""
        return (RMSSE, WAPE, SMAPE, replace(PINBALL, unit=self.unit))

    @property
    def monitored(self) -> tuple[Monitored, ...]:
        """Error relative to the hold-out and to the naive forecast, bias, coverage, performance by group, totals."""
        estimated = (EXPECTED_SCALED_ERROR, EXPECTED_FORECAST_COVERAGE)
        own = (SCALED_ERROR, ERROR_OVER_NAIVE, FORECAST_BIAS, FORECAST_COVERAGE, *estimated, SCALED_BIAS_DIFFERENCE)
        return (*own, ERROR_OF_TOTALS) if self.hierarchy else own

    def wrong_features(self, features: Sequence[Feature]) -> Iterator[str]:
        """Names that the model does not take, types that cannot be, and nulls where something must be known."""
        yield from wrong_features(self, features)
