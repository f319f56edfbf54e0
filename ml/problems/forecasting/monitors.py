"""How good the forecasts of a period's origin were, once all of its steps have come true. Series count alike.

The rows of one series share its luck, so standard errors come from the spread of the series' own means.
"""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from ml import declarations
from ml.declarations import Direction
from ml.declarations.monitored import (
    ERROR_OVER_NAIVE,
    FORECAST_BIAS,
    FORECAST_COVERAGE,
    SCALED_BIAS_DIFFERENCE,
    SCALED_ERROR,
    Monitored,
)
from ml.problems.finding import Finding, around, at_most, number, unknown
from ml.problems.group_means import GroupMeans
from ml.problems.measured import checked
from ml.problems.monitor import AgainstHoldout, Answered, Bounds, Figure, Floats, Monitor, mean_figure

RETRAINS = False


def _scaled(rows: Answered, column: str = "forecast") -> Floats:
    """Forecast - truth over the scale of the series, of each row."""
    truth, answers = checked(rows.truth, rows.answers, (column, "scale"))
    if (answers["scale"] <= 0).any():
        raise ValueError("answers have a scale of 0, by which no error can be divided")
    errors: Floats = (answers[column].to_numpy(float) - truth) / answers["scale"].to_numpy(float)
    return errors


def by_series(rows: Answered, values: Floats) -> Floats:
    """The mean of `values` over the rows of each series."""
    means = pd.Series(values).groupby(rows.answers["series"].to_numpy()).mean()
    return np.asarray(means, dtype=np.float64)


def scaled_error(rows: Answered) -> Figure:
    """Mean absolute scaled error over series; its standard error from the series' own."""
    return mean_figure(by_series(rows, np.abs(_scaled(rows)))) if len(rows.truth) else Figure()


@dataclass(frozen=True, kw_only=True)
class ErrorOverNaive(Monitor):
    """The forecast's mean absolute scaled error over that of the naive forecast, on the same rows.

    Noise: the one-sided normal bound with the standard error of a ratio of means over series (delta method).
    """

    declared: Monitored = ERROR_OVER_NAIVE

    def measure(self, period: Answered, bounds: Bounds) -> list[Finding]:
        """One finding for the whole period."""
        rows = len(period.truth)
        if not rows:
            return [unknown(self.kind, self.name, "", 0, "there are no rows")]
        ours, theirs = (by_series(period, np.abs(_scaled(period, name))) for name in ("forecast", "naive"))
        if len(ours) < 2 or not theirs.mean() > 0:
            return [unknown(self.kind, self.name, "", rows, "fewer than two series, or the naive forecast was right")]
        ratio = float(ours.mean() / theirs.mean())
        error = float((ours - ratio * theirs).std(ddof=1)) / math.sqrt(len(ours)) / float(theirs.mean())
        noise = 1 + float(stats.norm.isf(bounds.chance)) * error
        limit = bounds.limit
        if not isinstance(limit, declarations.Limits):
            raise TypeError(f"the limit of {self.name} is {type(limit).__name__}, Limits are needed")
        return [at_most(self.kind, self.name, "", ratio, limit, rows=rows, noise=noise)]


@dataclass(frozen=True, kw_only=True)
class ScaledBias(Monitor):
    """Mean of forecast - truth over the scale, over series, around 0. Limits are shares of the hold-out's error."""

    declared: Monitored = FORECAST_BIAS

    def promise(self, holdout: Answered) -> Figure:
        """The hold-out's mean absolute scaled error."""
        return scaled_error(holdout)

    def measure(self, period: Answered, bounds: Bounds) -> list[Finding]:
        """One finding for the whole period."""
        found = mean_figure(by_series(period, _scaled(period))) if len(period.truth) else Figure()
        if not all(map(math.isfinite, (*bounds.margins, found.value))):
            return [unknown(self.kind, self.name, "", found.rows, "hold-out or period has fewer than two series")]
        noise = float(stats.norm.isf(bounds.chance / 2)) * found.error
        warn, act = (max(margin, noise) for margin in bounds.margins)
        said = f"forecasts are {number(found.value)} +- {number(1.96 * found.error)} scales above the truth"
        return [around(self.name, "", found.value, 0.0, (warn, act), rows=found.rows, said=said)]


@dataclass(frozen=True, kw_only=True)
class IntervalCoverage(Monitor):
    """The share of true values between the ends of the narrowest interval, around its level.

    Noise: the two-sided normal bound with the standard error over series.
    """

    level: int
    declared: Monitored = FORECAST_COVERAGE

    def measure(self, period: Answered, bounds: Bounds) -> list[Finding]:
        """One finding for the whole period."""
        low, high, share = f"lo_{self.level}", f"hi_{self.level}", self.level / 100
        truth, answers = checked(period.truth, period.answers, (low, high))
        inside = np.asarray((answers[low] <= truth) & (truth <= answers[high]), dtype=np.float64)
        found = mean_figure(by_series(period, inside))
        if not math.isfinite(found.value):
            return [unknown(self.kind, self.name, "", len(truth), "fewer than two series have rows")]
        # Nothing was missed, or everything: the error of a share, as if it were the level's own.
        error = found.error or math.sqrt(share * (1 - share) / found.rows)
        noise = float(stats.norm.isf(bounds.chance / 2)) * error
        warn, act = (max(margin, noise) for margin in bounds.margins)
        said = f"{found.value:.3f} of true values lie in their {self.level} % interval"
        return [around(self.name, "", found.value, share, (warn, act), rows=len(truth), said=said)]


def monitors(declared: declarations.Forecasting) -> tuple[Monitor, ...]:
    """Error, error over the naive forecast's, bias, coverage, and bias by group."""
    return (
        AgainstHoldout(declared=SCALED_ERROR, better=Direction.LOWER, figure=scaled_error),
        ErrorOverNaive(),
        ScaledBias(),
        IntervalCoverage(level=declared.levels[0]),
        GroupMeans(declared=SCALED_BIAS_DIFFERENCE, values=_scaled, scale=scaled_error),
    )
