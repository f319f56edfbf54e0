"""Measures of a fleet's forecasts: functions of truth and `Numbers`, with row weights for the bootstrap.

Resamples draw whole series, so a row's weight is its series' weight. Measures of the fleet are means over series if
size must not count (RMSSE), and over rows if it must (WAPE, pinball).
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml import declarations
from ml.declarations import RMSSE
from ml.evaluation.comparing import Measured as Weighing
from ml.evaluation.measured import mean_of
from ml.evaluation.resampling import Bootstrap, Interval, Matrix, Vector, Weighed
from ml.problems.measured import Measured, checked, improvement

Floats = npt.NDArray[np.float64]
# Columns of the matrix of answers; two ends per level follow.
FORECAST, SCALE, SERIES, NAIVE, ENDS = 0, 1, 2, 3, 4


def numbers(declared: declarations.Forecasting, truth: npt.ArrayLike, output: pd.DataFrame) -> Floats:
    """The answers as a matrix: forecast, scale, a number for the series, naive forecast, two ends per level.

    Raises ValueError for no rows, missing columns, NaN, or a scale of zero.
    """
    columns = tuple(column.name for column in declared.output)
    answers = checked(truth, output, columns)[1]
    if (answers["scale"] <= 0).any():
        raise ValueError("answers have a scale of 0, by which no error can be divided")
    ends = [answers[name].to_numpy(float) for pair in declared.bounds for name in pair]
    series = pd.factorize(answers["series"])[0].astype(float)
    given = (answers[name].to_numpy(float) for name in ("forecast", "scale", "naive"))
    forecast, scale, naive = given
    return np.column_stack([forecast, scale, series, naive, *ends])


def series_of(given: Floats) -> npt.NDArray[np.int64]:
    """The series number of each row."""
    return given[:, SERIES].astype(np.int64)


def rmsse(truth: Vector, given: Matrix, *, column: int = FORECAST) -> Weighed:
    """Mean over series of the root mean squared scaled error (M5, without its weights)."""
    series = series_of(given)
    rows = np.bincount(series)
    squares = np.bincount(series, ((given[:, column] - truth) / given[:, SCALE]) ** 2)
    mean = np.divide(squares, rows, out=np.zeros(len(rows)), where=rows > 0)
    share = 1 / rows[series]
    each = np.sqrt(mean)[series] * share
    return lambda weights: np.asarray(weights @ each / (weights @ share))


def wape(truth: Vector, given: Matrix) -> Weighed:
    """Sum of absolute errors over the sum of absolute true values; NaN if that is zero."""
    missed, size = mean_of(np.abs(given[:, FORECAST] - truth)), mean_of(np.abs(truth))

    def weighed(weights: Matrix) -> Vector:
        sizes = size(weights)
        found: Vector = np.divide(missed(weights), sizes, out=np.full(len(sizes), np.nan), where=sizes > 0)
        return found

    return weighed


def smape(truth: Vector, given: Matrix) -> Weighed:
    """Mean of 2 |y - f| / (|y| + |f|) in percent; a row with both zero counts as right."""
    size = np.abs(truth) + np.abs(given[:, FORECAST])
    parts = np.divide(2 * np.abs(truth - given[:, FORECAST]), size, out=np.zeros(len(size)), where=size > 0)
    return mean_of(100 * parts)


def pinball(truth: Vector, given: Matrix, *, levels: tuple[int, ...]) -> Weighed:
    """Mean pinball loss over the ends of all levels: for an 80 % interval the quantiles 0.1 and 0.9.

    Source: Koenker and Bassett 1978, "Regression Quantiles".
    """
    shares = [share for level in levels for share in ((1 - level / 100) / 2, (1 + level / 100) / 2)]
    missed = truth[:, None] - given[:, ENDS:]
    quantiles = np.asarray(shares)
    return mean_of(np.maximum(quantiles * missed, (quantiles - 1) * missed).mean(axis=1))


def measures(declared: declarations.Forecasting) -> Mapping[str, Weighing]:
    """By name, functions of truth and `numbers`."""
    named: Mapping[str, Weighing] = {"rmsse": rmsse, "wape": wape, "smape": smape}
    return {**named, "pinball": partial(pinball, levels=declared.levels)}


def measured(declared: declarations.Forecasting, truth: Floats, output: pd.DataFrame) -> Measured:
    """Every measure; the distance of coverage from each level; absolute bias as a share of the sum of the true values;
    and the naive forecast's RMSSE for comparison.
    """
    given, once = numbers(declared, truth, output), np.ones((1, len(truth)))
    values = {name: float(measure(truth, given)(once)[0]) for name, measure in measures(declared).items()}
    size = float(np.abs(truth).sum())
    values["absolute_bias"] = abs(float((given[:, FORECAST] - truth).sum())) / size if size else float("nan")
    for place, level in enumerate(declared.levels):
        low, high = given[:, ENDS + 2 * place], given[:, ENDS + 2 * place + 1]
        inside = float(((low <= truth) & (truth <= high)).mean())
        values[f"coverage_error_{level}"] = abs(inside - level / 100)
    values["naive_rmsse"] = float(rmsse(truth, given, column=NAIVE)(once)[0])
    units = {measure.name: measure.unit for measure in declared.measures if measure.unit}
    return Measured(rows=len(truth), values=values, units=units)


def improved(
    declared: declarations.Forecasting,
    truth: Floats,
    challenger: pd.DataFrame,
    champion: pd.DataFrame,
    drawn: Bootstrap,
) -> Interval:
    """The challenger's improvement in RMSSE, with an interval over resampled series."""
    ours, theirs = (numbers(declared, truth, output) for output in (challenger, champion))
    by_series = replace(drawn, groups=series_of(ours))
    measure: Callable[[Vector, Matrix], Weighed] = rmsse
    return improvement(RMSSE, measure, truth, (ours, theirs), by_series)
