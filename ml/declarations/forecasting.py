"""Declaration of forecasting: the columns of a series, its past and the step ahead, and the forecast's output.

A row is one series at one origin for one step: what was known at the end of the origin's period, asked about the
period that begins `step` periods later. So one label is one number, and every stage takes it as it takes any other.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from ml.declarations.errors import require
from ml.declarations.features import Feature
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

# Fewer past values tell nothing of how a series goes on; the command `mlops forecast` asks for as many.
LEAST_HISTORY = 8
# What is tried for each series: functions of the past that need no library, and models of `statsforecast`.
CANDIDATES = (
    "naive",
    "mean",
    "seasonal_mean",
    "inner_naive",
    "two_seasons",
    "smoothing",
    "damped_trend",
    "theta",
    "croston",
    "tsb",
)
LIBRARY_CANDIDATES = ("auto_ets", "auto_theta", "auto_ces", "auto_arima", "mstl")
_NUMBERS = ("int", "bigint", "double")
_NAMES = ("string", "int", "bigint")


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
        candidates: what is tried for each series, of `CANDIDATES` and `LIBRARY_CANDIDATES`, and always the naive
            forecast. Empty: all that need no library. A model of the library is fitted anew for each row that is asked
            about, at a cost of milliseconds to a second.
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
        require(
            self.name, [*self._wrong_names(), *self._wrong_lengths(), *self._wrong_levels(), *self._wrong_choices()]
        )

    def _wrong_names(self) -> Iterator[str]:
        named = [*self.series, self.step, *self.history]
        twice = sorted({name for name in named if named.count(name) > 1})
        if not self.series:
            yield "series names no feature: name those that tell one series from another"
        if twice:
            yield f"features {twice} are named twice among series, step and history: name each once"

    def _wrong_lengths(self) -> Iterator[str]:
        past, season = len(self.history), self.season_periods
        if self.horizon < 1:
            yield f"horizon is {self.horizon}: give how many steps are forecast, 1 or more"
        if past < LEAST_HISTORY:
            yield f"history has {past} periods, which is too short: name {LEAST_HISTORY} features or more"
        if not 1 <= season < max(past, 2):
            yield f"season_periods is {season} and history has {past}: give 1 or more, and more history than a season"
        yield from self._wrong_seasons()
        if not self.least_scale > 0:
            yield f"least_scale is {self.least_scale}: give more than 0, in {self.unit}"

    def _wrong_seasons(self) -> Iterator[str]:
        past, season, inner = len(self.history), self.season_periods, self.inner_season_periods
        origins = self.horizon_origins
        if inner < 1 or (inner > 1 and season % inner) or (inner > 1 and inner == season):
            yield (
                f"inner_season_periods is {inner} and season_periods {season}: give a shorter season that fits into "
                "the longer one a whole number of times, or 1"
            )
        elif inner > 1 and past < season + inner:
            yield f"history has {past} periods, and seasons of {season} and {inner} need {season + inner}: name more"
        if origins is not None and not 1 <= origins <= self.horizon:
            yield f"horizon_origins is {origins}: give 1 to {self.horizon}, or leave it out"

    @property
    def tried(self) -> tuple[str, ...]:
        """The candidates, with the naive forecast first."""
        return tuple(dict.fromkeys(("naive", *(self.candidates or CANDIDATES))))

    @property
    def packages(self) -> tuple[str, ...]:
        """`statsforecast`, if one of its models is tried."""
        return ("statsforecast",) if set(self.tried) & set(LIBRARY_CANDIDATES) else ()

    def _wrong_choices(self) -> Iterator[str]:
        share = self.false_retrainings
        known = (*CANDIDATES, *LIBRARY_CANDIDATES)
        strange = [name for name in self.candidates if name not in known]
        if strange:
            yield f"candidates {strange} are unknown: name some of {', '.join(known)}"
        if share is not None and not 0 < share < 1:
            yield f"false_retrainings is {share}: give a share between 0 and 1, or leave it out to retrain every series"

    def _wrong_levels(self) -> Iterator[str]:
        levels = list(self.levels)
        if not levels or levels != sorted(set(levels)) or not all(0 < level < 100 for level in levels):
            yield f"levels are {levels}: give shares in percent between 1 and 99, each once, the smallest first"

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
        known = {feature.name: feature for feature in features}
        for role, names, types in (
            ("series", self.series, _NAMES),
            ("step", (self.step,), ("int", "bigint")),
            ("history", self.history, _NUMBERS),
        ):
            absent = [name for name in names if name not in known]
            if absent:
                yield f"{role} names {absent}, which are no features of the model: add them to its features"
            unfit = [name for name in names if name in known and known[name].type not in types]
            if unfit:
                yield f"{role} features {unfit} are of another type than {', '.join(types)}: change their type"
        must = [name for name in (*self.series, self.step, *self.history[:1]) if name in known]
        null = [name for name in must if known[name].null_meaning is not None]
        if null:
            yield f"features {null} may be null, and a forecast needs them: fill them, and remove null_meaning"
        if self.hierarchy is not None:
            kinds = {name: feature.type for name, feature in known.items()}
            empty = frozenset(name for name, feature in known.items() if feature.null_meaning is not None)
            yield from self.hierarchy.wrong_features(kinds, empty, self.series)
            yield from self._taken(self.hierarchy)

    def _taken(self, hierarchy: Hierarchy) -> Iterator[str]:
        """Features with the name of another column of the totals; a series of one name is called as in the answer."""
        told = {"level", "total", "members", *(column.name for column in self.output)}
        names = dict.fromkeys((*self.series, self.step, *hierarchy.features))
        taken = [name for name in names if name in told and (name,) != self.series]
        if taken:
            yield f"features {taken} have names of columns that totals have beside them: rename them"
