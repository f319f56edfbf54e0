"""Monitors of a problem: they judge the answers of a period by their outcomes, or by the treatment of groups."""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from ml.declarations import Direction
from ml.declarations.limits import Limit
from ml.declarations.monitored import Monitored, Needs
from ml.evaluation.noise import mean_with_error
from ml.problems.finding import Finding, Kind, Verdict, number, unknown

RETRAINS = False

Floats = npt.NDArray[np.float64]
# Standard errors of a two-sided interval of 95 %.
TWO_SIDED = 1.96


@dataclass(frozen=True, kw_only=True, eq=False)
class Answered:
    """Rows answered by a version, of a period or of its hold-out.

    `truth` in the problem's form, NaN for a row without a known outcome; `groups` has a column per attribute, and
    `features` one per feature and attribute (none if they are not needed).
    """

    truth: Floats
    answers: pd.DataFrame
    groups: pd.DataFrame
    features: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def known(self) -> "Answered":
        """The rows with a known outcome."""
        return self.where(~np.isnan(self.truth))

    def where(self, mask: npt.NDArray[np.bool_]) -> "Answered":
        """The rows selected by `mask`."""
        features = self.features[mask] if len(self.features.columns) else self.features
        return Answered(truth=self.truth[mask], answers=self.answers[mask], groups=self.groups[mask], features=features)


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A value over `rows` rows with its standard error; NaN if it cannot be measured.

    `lower` and `upper` are its 95 % bounds if the normal interval does not apply.
    """

    value: float = math.nan
    error: float = math.nan
    rows: int = 0
    lower: float = math.nan
    upper: float = math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval; NaN if it is unknown."""
        if math.isfinite(self.lower) and math.isfinite(self.upper):
            return self.lower, self.upper
        return self.value - TWO_SIDED * self.error, self.value + TWO_SIDED * self.error

    def on(self, found: Finding, promised: "Figure | None" = None) -> Finding:
        """`found` with this figure's interval and errors, and the error of what was `promised`."""
        lower, upper = map(_known, self.interval)
        reference = found.reference_error if promised is None else _known(promised.error)
        return replace(found, lower=lower, upper=upper, error=_known(self.error), reference_error=reference)


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """The limits for a period.

    `chance`: of a false breach per monitor in a stable period. `promised`: the monitor's own figure on the hold-out.
    `min_group_rows`: smaller groups are not compared. No `limit`: the metric is recorded without a verdict.
    """

    limit: Limit | None
    chance: float
    promised: Figure = Figure()
    min_group_rows: int = 1

    @property
    def margins(self) -> tuple[float, float]:
        """The limit's two margins in the metric's unit; NaN if they are shares of a figure that the hold-out lacks.

        Infinite if there is no limit.
        """
        return self.limit.at(self.promised.value) if self.limit else (math.inf, math.inf)


class Monitor(ABC):
    """Measures one metric of a problem."""

    declared: Monitored

    @property
    def name(self) -> str:
        """The metric."""
        return self.declared.name

    @property
    def kind(self) -> Kind:
        """Groups or performance."""
        return Kind.FAIRNESS if Needs.GROUPS in self.declared.needs else Kind.PERFORMANCE

    @property
    def needs_outcomes(self) -> bool:
        """Whether the monitor needs known outcomes."""
        return Needs.OUTCOMES in self.declared.needs

    @property
    def is_of_slices(self) -> bool:
        """Whether it is a single figure over any rows, so that it can be measured for one group."""
        return self.needs_outcomes and self.kind is Kind.PERFORMANCE and self.columns(()) == ("",)

    def columns(self, groups: tuple[str, ...]) -> tuple[str, ...]:
        """The columns of its findings, independent of the rows: group attributes, or the whole period."""
        return groups if self.kind is Kind.FAIRNESS else ("",)

    def promise(self, holdout: Answered) -> Figure:
        """The expectation from the hold-out; an empty figure if the monitor does not use it."""
        del holdout
        return Figure()

    @abstractmethod
    def measure(self, period: Answered, bounds: Bounds) -> list[Finding]:
        """One finding per column of `columns`. A performance monitor that needs outcomes receives only rows with known
        truth.

        Raises ValueError for answers on which nothing can be measured.
        """


def mean_figure(values: Floats) -> Figure:
    """The mean of one figure per row with its standard error; no error below two rows."""
    rows = int(values.size)
    if rows < 2:
        return Figure(rows=rows)
    mean = mean_with_error(values)
    return Figure(value=mean.value, error=mean.error, rows=rows)


@dataclass(frozen=True, kw_only=True)
class AgainstHoldout(Monitor):
    """A figure that must not be worse than on the hold-out by more than its limit and by more than chance.

    The noise bound uses both standard errors, at the one-sided normal quantile of `chance`. A period too small to show
    even a severe change is `unknown` instead of `ok`.
    """

    declared: Monitored
    better: Direction
    figure: Callable[[Answered], Figure]
    # The reason why some rows have no figure.
    unmeasurable: str = "there are too few rows"

    def promise(self, holdout: Answered) -> Figure:
        """The hold-out's figure."""
        return self.figure(holdout)

    def measure(self, period: Answered, bounds: Bounds) -> list[Finding]:
        """One finding for the whole period."""
        return [self.judge(self.figure(period), bounds)]

    def judge(self, period: Figure, bounds: Bounds) -> Finding:
        """Compare the period's figure with the promised one."""
        promised = bounds.promised
        if not math.isfinite(period.value):
            return unknown(self.kind, self.name, "", period.rows, self.unmeasurable)
        if bounds.limit is None:
            return period.on(self._recorded(period, promised), promised)
        if not math.isfinite(promised.value):
            return unknown(
                self.kind, self.name, "", period.rows, f"the hold-out has no {self.declared.title} to compare with"
            )
        higher = self.better is Direction.HIGHER
        worse = promised.value - period.value if higher else period.value - promised.value
        act, severe = bounds.margins
        by_chance = float(stats.norm.isf(bounds.chance)) * math.hypot(period.error, promised.error)
        verdict = _verdict(worse, by_chance, act, severe)
        margin = max(act, by_chance)
        found = Finding(
            kind=self.kind,
            metric=self.name,
            column="",
            value=period.value,
            verdict=verdict,
            reason=f"{_told(period, promised)}; {self._said(verdict, worse, by_chance, margin, severe)}",
            rows=period.rows,
            threshold_low=promised.value - margin if higher else None,
            threshold_high=None if higher else promised.value + margin,
            reference_value=promised.value,
        )
        return period.on(found, promised)

    def _recorded(self, period: Figure, promised: Figure) -> Finding:
        lower, upper = period.interval
        return Finding(
            kind=self.kind,
            metric=self.name,
            column="",
            value=period.value,
            verdict=Verdict.RECORDED,
            reason=f"{number(period.value)} ({number(lower)}..{number(upper)}); {_promised(promised)}",
            rows=period.rows,
            reference_value=_known(promised.value),
        )

    def _said(self, verdict: Verdict, worse: float, by_chance: float, margin: float, severe: float) -> str:
        side, change = ("below", "drop") if self.better is Direction.HIGHER else ("above", "rise")
        match verdict:
            case Verdict.BREACH:
                return f"{number(worse)} {side}, more than {number(margin)} is a breach"
            case Verdict.UNKNOWN:
                return f"too few rows to distinguish a {change} of {severe:g} from chance"
            case Verdict.WARN:
                return f"{number(worse)} {side}, which chance alone may explain (to {number(by_chance)})"
            case _:
                return f"a {change} of {number(margin)} would be a breach"


def _verdict(worse: float, by_chance: float, act: float, severe: float) -> Verdict:
    if worse > max(act, by_chance):
        return Verdict.BREACH
    if by_chance > severe:
        return Verdict.UNKNOWN
    return Verdict.WARN if worse > act else Verdict.OK


def _told(period: Figure, promised: Figure) -> str:
    error = number(TWO_SIDED * period.error)
    return f"{number(period.value)} +- {error} against {number(promised.value)} on the hold-out"


def _promised(promised: Figure) -> str:
    return f"{number(promised.value)} on the hold-out" if math.isfinite(promised.value) else "unknown on the hold-out"
