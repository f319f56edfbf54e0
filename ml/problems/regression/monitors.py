"""Monitors of predicted values and their bounds in a period with known outcomes."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from ml.declarations import Direction
from ml.declarations.monitored import (
    ABSOLUTE_ERROR,
    BIAS,
    BIAS_DIFFERENCE,
    COVERAGE,
    EXPECTED_COVERAGE,
    EXPECTED_ERROR,
    EXPLAINED,
    MEDIAN_ERROR,
    SQUARED_ERROR,
    Monitored,
)
from ml.problems.direct_loss import DirectLoss
from ml.problems.figures import influenced, median, share
from ml.problems.finding import Finding, around, number, unknown
from ml.problems.group_means import GroupMeans
from ml.problems.measured import checked
from ml.problems.monitor import AgainstHoldout, Answered, Bounds, Figure, Floats, Monitor, mean_figure

RETRAINS = False

COLUMNS = ("prediction", "lower", "upper")


def absolute_error(rows: Answered) -> Figure:
    """Mean absolute error in the label's unit; its standard error comes from the spread of the rows' errors.

    The standard error of mean squared errors requires a finite fourth moment; for absolute errors the second is enough,
    so heavy tails cause fewer false alarms.
    """
    return mean_figure(np.abs(errors(rows)))


def squared_error(rows: Answered) -> Figure:
    """Root mean squared error in the label's unit; its error by the delta method."""
    squares = errors(rows) ** 2
    value = math.sqrt(float(squares.mean())) if squares.size else math.nan
    return influenced(value, (squares - value**2) / (2 * value) if value else np.zeros(squares.size))


def median_error(rows: Answered) -> Figure:
    """Median absolute error in the label's unit, which a few large errors do not move."""
    return median(np.abs(errors(rows)))


def explained(rows: Answered) -> Figure:
    """Explained share of the label's variance; NaN if the true values do not vary."""
    squares = errors(rows) ** 2
    spread = (rows.truth - rows.truth.mean()) ** 2 if squares.size else squares
    if not spread.size or not spread.mean() > 0:
        return Figure(rows=int(squares.size))
    left = float(squares.mean() / spread.mean())
    return influenced(1 - left, (left * spread - squares) / float(spread.mean()))


def errors(rows: Answered) -> Floats:
    """Prediction - truth of each row. Raises ValueError for no rows, NaN or infinity."""
    values, answers = checked(rows.truth, rows.answers, COLUMNS)
    return np.asarray(answers["prediction"].to_numpy(float) - values, dtype=np.float64)


@dataclass(frozen=True, kw_only=True)
class Bias(Monitor):
    """Mean of prediction - truth around 0, in the label's unit.

    Noise: the two-sided normal bound with the standard error of the mean, from the spread of the errors. Relative
    limits are shares of the hold-out's mean absolute error.
    """

    unit: str
    declared: Monitored = BIAS

    def promise(self, holdout: Answered) -> Figure:
        """The hold-out's mean absolute error."""
        return absolute_error(holdout)

    def measure(self, period: Answered, bounds: Bounds) -> list[Finding]:
        """One finding for the whole period."""
        found = mean_figure(errors(period))
        if not math.isfinite(found.value) or any(map(math.isnan, bounds.margins)):
            return [unknown(self.kind, self.name, "", found.rows, "the hold-out or the period has fewer than two rows")]
        noise = float(stats.norm.isf(bounds.chance / 2)) * found.error
        warn, act = (max(margin, noise) for margin in bounds.margins)
        said = f"predictions are {number(found.value)} +- {number(1.96 * found.error)} {self.unit} above the truth"
        return [found.on(around(self.name, "", found.value, 0.0, (warn, act), rows=found.rows, said=said))]


@dataclass(frozen=True, kw_only=True)
class Coverage(Monitor):
    """The share of true values within the bounds, around the declared share: too high means uninformative bounds.

    Noise: the binomial bounds for the number of rows at the declared share, half of the chance on either side.
    """

    share: float
    declared: Monitored = COVERAGE

    def measure(self, period: Answered, bounds: Bounds) -> list[Finding]:
        """One finding for the whole period."""
        found = covered(period)
        inside, rows = found.value, found.rows
        noise = coverage_noise(rows, self.share, bounds.chance)
        warn, act = (max(margin, noise) for margin in bounds.margins)
        said = f"{inside:.3f} of {rows} true values are within their bounds; {self.share:g} is promised"
        return [found.on(around(self.name, "", inside, self.share, (warn, act), rows=rows, said=said))]


def _inside(rows: Answered) -> Floats:
    values, answers = checked(rows.truth, rows.answers, COLUMNS)
    return np.asarray((answers["lower"] <= values) & (values <= answers["upper"]), dtype=np.float64)


def covered(rows: Answered) -> Figure:
    """The share of true values that lie between their bounds."""
    return share(_inside(rows))


def _absolute(rows: Answered) -> Floats:
    return np.abs(errors(rows))


def _known_before(rows: Answered) -> pd.DataFrame:
    """Features, and the prediction."""
    return rows.features.assign(_prediction=rows.answers["prediction"].to_numpy(dtype=float))


def coverage_noise(rows: int, share: float, chance: float) -> float:
    """The distance of the covered share from `share` that chance alone exceeds with probability `chance` (binomial)."""
    least, most = stats.binom.ppf(chance / 2, rows, share), stats.binom.isf(chance / 2, rows, share)
    return float(max(share - least / rows, most / rows - share))


def monitors(unit: str, coverage: float) -> tuple[Monitor, ...]:
    """Error, bias, coverage, the additionally declared figures, and bias by group; `unit` is the label's."""
    return (
        AgainstHoldout(declared=ABSOLUTE_ERROR, better=Direction.LOWER, figure=absolute_error),
        Bias(unit=unit),
        Coverage(share=coverage),
        AgainstHoldout(declared=SQUARED_ERROR, better=Direction.LOWER, figure=squared_error),
        AgainstHoldout(declared=MEDIAN_ERROR, better=Direction.LOWER, figure=median_error),
        AgainstHoldout(
            declared=EXPLAINED, better=Direction.HIGHER, figure=explained, unmeasurable="the true values do not vary"
        ),
        DirectLoss(
            declared=EXPECTED_ERROR,
            better=Direction.LOWER,
            figure=absolute_error,
            loss=_absolute,
            inputs=_known_before,
        ),
        DirectLoss(
            declared=EXPECTED_COVERAGE,
            better=Direction.HIGHER,
            figure=covered,
            loss=_inside,
            inputs=_known_before,
            most=1.0,
        ),
        GroupMeans(declared=BIAS_DIFFERENCE, values=errors, scale=absolute_error),
    )
