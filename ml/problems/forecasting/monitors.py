"""Monitors of the forecasts from a period's origin, once all steps are known. All series have equal weight.

The rows of one series are dependent, so standard errors come from the spread of the series' means.
"""

import math
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from scipy import stats

from ml import declarations
from ml.declarations import Direction
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
from ml.problems.direct_loss import DirectLoss
from ml.problems.finding import Finding, around, at_most, number, unknown
from ml.problems.forecasting.adding_up import error_of_totals
from ml.problems.group_means import GroupMeans
from ml.problems.measured import checked
from ml.problems.monitor import AgainstHoldout, Answered, Bounds, Figure, Floats, Monitor, mean_figure

RETRAINS = False


def scaled(rows: Answered, column: str = "forecast") -> Floats:
    """Per row, forecast - truth over the scale of the series. Raises ValueError for NaN or a scale of 0."""
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
    """Mean absolute scaled error over series, with the standard error from the series' means."""
    return mean_figure(by_series(rows, np.abs(scaled(rows)))) if len(rows.truth) else Figure()


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
        ours, theirs = (by_series(period, np.abs(scaled(period, name))) for name in ("forecast", "naive"))
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
    """Mean of forecast - truth over the scale, by series, around 0. Limits are shares of the hold-out's error."""

    declared: Monitored = FORECAST_BIAS

    def promise(self, holdout: Answered) -> Figure:
        """The hold-out's mean absolute scaled error."""
        return scaled_error(holdout)

    def measure(self, period: Answered, bounds: Bounds) -> list[Finding]:
        """One finding for the whole period."""
        found = mean_figure(by_series(period, scaled(period))) if len(period.truth) else Figure()
        if not math.isfinite(found.value) or any(map(math.isnan, bounds.margins)):
            return [unknown(self.kind, self.name, "", found.rows, "hold-out or period has fewer than two series")]
        noise = float(stats.norm.isf(bounds.chance / 2)) * found.error
        warn, act = (max(margin, noise) for margin in bounds.margins)
        said = f"forecasts are {number(found.value)} +- {number(1.96 * found.error)} scales above the truth"
        return [around(self.name, "", found.value, 0.0, (warn, act), rows=found.rows, said=said)]


def _inside(rows: Answered, level: int) -> Floats:
    """1 for a true value in its interval of `level`, else 0."""
    low, high = f"lo_{level}", f"hi_{level}"
    truth, answers = checked(rows.truth, rows.answers, (low, high))
    return np.asarray((answers[low] <= truth) & (truth <= answers[high]), dtype=np.float64)


@dataclass(frozen=True, kw_only=True)
class IntervalCoverage(Monitor):
    """The share of true values between the ends of the narrowest interval, around its level.

    Noise: the two-sided normal bound with the standard error over series.
    """

    level: int
    declared: Monitored = FORECAST_COVERAGE

    def measure(self, period: Answered, bounds: Bounds) -> list[Finding]:
        """One finding for the whole period."""
        share, rows = self.level / 100, len(period.truth)
        found = mean_figure(by_series(period, _inside(period, self.level)))
        if not math.isfinite(found.value):
            return [unknown(self.kind, self.name, "", rows, "fewer than two series have rows")]
        # All values or none are inside: use the error of a share equal to the level.
        error = found.error or math.sqrt(share * (1 - share) / found.rows)
        noise = float(stats.norm.isf(bounds.chance / 2)) * error
        warn, act = (max(margin, noise) for margin in bounds.margins)
        said = f"{found.value:.3f} of true values lie in their {self.level} % interval"
        return [around(self.name, "", found.value, share, (warn, act), rows=rows, said=said)]


def _known_before(rows: Answered, *, level: int, step: str) -> pd.DataFrame:
    """Predictors of the size of errors, relative to the scale: interval, forecast, distance from the naive forecast."""
    answers, scale = rows.answers, rows.answers["scale"].to_numpy(float)
    width = (answers[f"hi_{level}"] - answers[f"lo_{level}"]).to_numpy(float)
    found = {"width": width, "forecast": answers["forecast"].to_numpy(float), "scale": scale}
    found["off_naive"] = np.abs((answers["forecast"] - answers["naive"]).to_numpy(float))
    relative = {name: values / np.where(scale > 0, scale, math.nan) for name, values in found.items()}
    steps = {step: rows.features[step].to_numpy(float)} if step in rows.features else {}
    return pd.DataFrame({**relative, **steps})


def _estimates(declared: declarations.Forecasting) -> tuple[Monitor, ...]:
    """Estimates of error and coverage, from the step and the forecast's own figures."""
    level = declared.levels[0]
    known_before = partial(_known_before, level=level, step=declared.step)

    def inside(rows: Answered) -> Floats:
        return _inside(rows, level)

    def covered(rows: Answered) -> Figure:
        return mean_figure(by_series(rows, inside(rows)))

    def missed(rows: Answered) -> Floats:
        return np.abs(scaled(rows))

    return (
        DirectLoss(
            declared=EXPECTED_SCALED_ERROR,
            better=Direction.LOWER,
            figure=scaled_error,
            loss=missed,
            inputs=known_before,
            by_unit=by_series,
        ),
        DirectLoss(
            declared=EXPECTED_FORECAST_COVERAGE,
            better=Direction.HIGHER,
            figure=covered,
            loss=inside,
            inputs=known_before,
            by_unit=by_series,
            most=1.0,
        ),
    )


def monitors(declared: declarations.Forecasting) -> tuple[Monitor, ...]:
    """Error, error over the naive forecast's, bias, coverage, estimates of error and coverage, and bias by group.

    With a hierarchy also the error of the totals.
    """
    totals = AgainstHoldout(
        declared=ERROR_OF_TOTALS, better=Direction.LOWER, figure=partial(error_of_totals, declared=declared)
    )
    return (
        AgainstHoldout(declared=SCALED_ERROR, better=Direction.LOWER, figure=scaled_error),
        ErrorOverNaive(),
        ScaledBias(),
        IntervalCoverage(level=declared.levels[0]),
        *_estimates(declared),
        GroupMeans(declared=SCALED_BIAS_DIFFERENCE, values=scaled, scale=scaled_error),
        *((totals,) if declared.hierarchy else ()),
    )
