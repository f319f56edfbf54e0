"""Which series need new parameters: those whose errors have grown since their fit, beyond chance over the whole fleet.

Each series is tested by itself; of those that are then retrained, a declared share at most is expected to be false. A
training follows a change by few periods, so the newest ones are tested by themselves: among all since the fit they
would be lost.
Errors are the root mean squares, over all forecasts of one period, in the scale of the series: forecasts of different
origins for the same period share its luck, so that by origin they would look like more evidence than they are.
"""

from dataclasses import dataclass
from itertools import takewhile

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from ml.problems.forecasting.served import Floats, Ints

# Columns of the table: of the errors on periods that a row's fit had not seen, by period, their mean, standard
# deviation, number, and `inflation`; and the newest period that it was fitted on.
UNSEEN_ERROR, UNSEEN_SPREAD, UNSEEN_PERIODS = "unseen_error", "unseen_spread", "unseen_periods"
INFLATION, FITTED_UNTIL = "inflation", "fitted_until"
PROMISED = (UNSEEN_ERROR, UNSEEN_SPREAD, UNSEEN_PERIODS, INFLATION)
# What is found of each series: a chance, and of the newest periods that tell most their mean error and their number.
P_VALUE, SINCE_ERROR, SINCE_PERIODS = "p_value", "since_error", "since_periods"
FOUND = (P_VALUE, SINCE_ERROR, SINCE_PERIODS)
# With fewer periods a spread is no spread.
LEAST_PERIODS = 4
# One odd period is no change. Each further window is so many times as long.
_NEWEST, _LONGER = 2, 4
# A smaller share of the promised mean counts as much as this one: one hit would outweigh many misses in logarithms.
_LEAST_SHARE = 0.1


@dataclass(frozen=True, kw_only=True, eq=False)
class Missed:
    """Root mean squared errors, shape (series, periods), NaN where nothing was forecast."""

    errors: Floats

    @property
    def periods(self) -> Ints:
        """Shape (series,): in how many periods each was forecast."""
        return np.asarray(np.isfinite(self.errors).sum(axis=1), dtype=np.int64)

    @property
    def mean(self) -> Floats:
        """Shape (series,); NaN without periods."""
        known = np.where(np.isfinite(self.errors), self.errors, 0.0).sum(axis=1)
        found: Floats = np.divide(known, self.periods, out=np.full(len(known), np.nan), where=self.periods > 0)
        return found

    @property
    def spread(self) -> Floats:
        """Shape (series,): the standard deviation; NaN with fewer than two periods."""
        squares = np.where(np.isfinite(self.errors), (self.errors - self.mean[:, None]) ** 2, 0.0).sum(axis=1)
        many, none = self.periods > 1, np.full(len(squares), np.nan)
        found: Floats = np.sqrt(np.divide(squares, self.periods - 1, out=none, where=many))
        return found

    def newest(self, size: int) -> "Missed":
        """Of each series the newest `size` periods in which it was forecast."""
        known = np.isfinite(self.errors)
        age = np.cumsum(known[:, ::-1], axis=1)[:, ::-1]
        return Missed(errors=np.where(known & (age <= size), self.errors, np.nan))

    def inflation(self, lags: int) -> float:
        """By how much the variance of a mean is larger than that of independent periods, at least 1.

        Autocorrelations are pooled over the fleet: one series is too short to tell its own. Source: Bayley and
        Hammersley 1946, "The effective number of independent observations in an autocorrelated time series".
        """
        places = np.where(np.isfinite(self.errors), self.errors - self.mean[:, None], 0.0)
        size = np.sqrt((places**2).sum(axis=1, keepdims=True))
        scaled = np.divide(places, size, out=np.zeros_like(places), where=size > 0)
        length, moving = places.shape[1], max(1, int((size > 0).sum()))
        found = 1.0
        for lag in range(1, min(lags, length - 1) + 1):
            # A mean that is taken from the data makes each autocorrelation smaller by about one over their number.
            alike = float((scaled[:, :-lag] * scaled[:, lag:]).sum()) / moving + 1 / length
            found += 2 * (1 - lag / length) * max(0.0, alike)
        return found


def by_period(squared: Floats, series: Ints, periods: Ints, names: int) -> Missed:
    """Of squared errors by row, with each row's series and the place of the period that it forecasts."""
    length = int(periods.max()) + 1 if len(periods) else 0
    cells = series * length + periods
    known = np.isfinite(squared)
    sums = np.bincount(cells[known], squared[known], names * length)
    rows = np.bincount(cells[known], minlength=names * length)
    mean = np.divide(sums, rows, out=np.full(len(sums), np.nan), where=rows > 0)
    return Missed(errors=np.sqrt(mean).reshape(names, length))


def promise(missed: Missed, lags: int) -> pd.DataFrame:
    """One row per series: what its errors were on periods that the fit had not seen."""
    values = (missed.mean, missed.spread, missed.periods.astype(float), missed.inflation(lags))
    return pd.DataFrame(dict(zip(PROMISED, values, strict=True)))


def grown(promised: pd.DataFrame, since: Missed) -> pd.DataFrame:
    """One row per series: `P_VALUE`, that its errors since the fit are as promised or smaller, and where that shows.

    NaN for a series that promised nothing; 1 if there are too few periods to tell. All periods since the fit are
    tested, and by themselves the newest 2, 8, 32 …, so that a change shows however long ago it was; the smallest chance
    counts as often as there are tests (Bonferroni). Numbers of periods are effective ones, by the autocorrelation at
    the time of the fit: a change that all series share would otherwise hide itself.
    """
    length = since.errors.shape[1]
    sizes = (_NEWEST * _LONGER**power for power in range(length))
    windows = [since.newest(size) for size in takewhile(lambda size: size < length, sizes)]
    tests = np.array([*(_newest_grown(promised, window) for window in windows), _mean_grown(promised, since)])
    tells, rows = tests.argmin(axis=0), np.arange(len(promised))
    chance = np.minimum(1.0, tests[tells, rows] * len(tests))
    told = [np.where(promised[UNSEEN_ERROR].isna(), np.nan, chance)]
    told += [np.array([getattr(each, name) for each in (*windows, since)])[tells, rows] for name in ("mean", "periods")]
    return pd.DataFrame(dict(zip(FOUND, map(np.float64, told), strict=True)), index=promised.index)


def _mean_grown(promised: pd.DataFrame, since: Missed) -> Floats:
    """Welch's one-sided test of two means."""
    inflation = promised[INFLATION].to_numpy(float)
    before, after = promised[UNSEEN_PERIODS].to_numpy(float), since.periods.astype(float)
    parts = [
        (promised[UNSEEN_SPREAD].to_numpy(float), np.maximum(before / inflation, 2.0)),
        (since.spread, np.maximum(after / inflation, 2.0)),
    ]
    variances = [np.maximum(spread, np.finfo(float).tiny) ** 2 / many for spread, many in parts]
    # The smaller of both, where Welch takes one between: errors are skewed, and tails decide over a fleet.
    degrees = np.minimum(*(many for _, many in parts)) - 1
    difference = since.mean - promised[UNSEEN_ERROR].to_numpy(float)
    chance = stats.t.sf(difference / np.sqrt(sum(variances)), degrees)
    few = (after < LEAST_PERIODS) | (before < LEAST_PERIODS)
    return np.asarray(np.where(few | np.isnan(chance), 1.0, chance))


def _newest_grown(promised: pd.DataFrame, newest: Missed) -> Floats:
    """Student's one-sided test of a mean of few against the promised one.

    So few have no spread of their own, and are skewed: logarithms are tested, of the log-normal distribution with the
    promised mean and standard deviation.
    """
    inflation, told = promised[INFLATION].to_numpy(float), promised[UNSEEN_PERIODS].to_numpy(float)
    usual = np.maximum(promised[UNSEEN_ERROR].to_numpy(float), np.finfo(float).tiny)
    spread = np.sqrt(np.log1p((promised[UNSEEN_SPREAD].to_numpy(float) / usual) ** 2))
    above = np.log(np.maximum(newest.errors / usual[:, None], _LEAST_SHARE)) + spread[:, None] ** 2 / 2
    before, after = np.maximum(told / inflation, 2.0), np.maximum(newest.periods / inflation, 1.0)
    noise = np.maximum(spread, np.finfo(float).eps) * np.sqrt(1 / after + 1 / before)
    chance = stats.t.sf(Missed(errors=above).mean / noise, before - 1)
    few = (newest.periods < _NEWEST) | (told < LEAST_PERIODS)
    return np.asarray(np.where(few | np.isnan(chance), 1.0, chance))


def discovered(chances: Floats, rate: float) -> npt.NDArray[np.bool_]:
    """Which of the hypotheses with these p-values fall, so that at most the share `rate` of them is false on average.

    NaN never falls. Source: Benjamini and Hochberg 1995, "Controlling the False Discovery Rate"; it holds for series
    whose errors grow together too (Benjamini and Yekutieli 2001, positive dependence).
    """
    known = np.sort(chances[np.isfinite(chances)])
    below = np.flatnonzero(known <= rate * np.arange(1, len(known) + 1) / max(1, len(known)))
    limit = known[below[-1]] if len(below) else -1.0
    return np.asarray(chances <= limit)
