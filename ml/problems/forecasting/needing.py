"""Which series need new parameters: those whose errors have grown since their fit, beyond chance over the fleet.

Each series is tested separately; of the retrained ones, at most a declared share is expected to be false. A training
follows a change by few periods, so the newest periods are also tested separately: among all periods since the fit, the
change would be diluted.
Errors are root mean squares over all forecasts of one period, in the scale of the series: forecasts from different
origins for the same period are dependent, so by origin they would look like more evidence than they are. The test uses
logarithms: errors are skewed, and a few large ones would otherwise decide for the whole fleet.
"""

from dataclasses import dataclass
from itertools import takewhile

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from ml.problems.forecasting.served import Floats, Ints

# Columns of the table, about a row's errors by period on periods unseen by its fit: their mean; mean and standard
# deviation of their logarithms over that mean; their number, and `inflation`; and the newest period that it was fitted
# on.
UNSEEN_ERROR, UNSEEN_LOG, UNSEEN_LOG_SPREAD = "unseen_error", "unseen_log", "unseen_log_spread"
UNSEEN_PERIODS, INFLATION, FITTED_UNTIL = "unseen_periods", "inflation", "fitted_until"
PROMISED = (UNSEEN_ERROR, UNSEEN_LOG, UNSEEN_LOG_SPREAD, UNSEEN_PERIODS, INFLATION)
# The result per series: a p-value, and the mean error and number of the newest periods with the strongest evidence.
P_VALUE, SINCE_ERROR, SINCE_PERIODS = "p_value", "since_error", "since_periods"
FOUND = (P_VALUE, SINCE_ERROR, SINCE_PERIODS)
# With fewer periods a spread is not usable.
LEAST_PERIODS = 4
# A single odd period is not a change. Each further window is this many times as long.
_NEWEST, _LONGER = 2, 4
# Floor for an error as a share of the promised mean: in logarithms one perfect forecast would outweigh many misses.
_LEAST_SHARE = 0.1
# The spread of few periods is uncertain: the fleet's spread adds this many degrees of freedom to the series' own, and
# at most one for each other series. The total is limited, because logarithms of errors have heavier tails than normal
# values, and tails decide for a fleet.
_FLEET_DEGREES, _MOST_DEGREES = 4, 13


@dataclass(frozen=True, kw_only=True, eq=False)
class Missed:
    """Root mean squared errors, shape (series, periods), NaN where nothing was forecast."""

    errors: Floats

    @property
    def periods(self) -> Ints:
        """Shape (series,): the number of periods in which each was forecast."""
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
        """The newest `size` forecast periods of each series."""
        known = np.isfinite(self.errors)
        age = np.cumsum(known[:, ::-1], axis=1)[:, ::-1]
        return Missed(errors=np.where(known & (age <= size), self.errors, np.nan))

    def inflation(self, lags: int) -> float:
        """The variance of a mean over that of independent periods, at least 1.

        Autocorrelations are pooled over the fleet: one series is too short for an estimate. Source: Bayley and
        Hammersley 1946, "The effective number of independent observations in an autocorrelated time series".
        """
        places = np.where(np.isfinite(self.errors), self.errors - self.mean[:, None], 0.0)
        size = np.sqrt((places**2).sum(axis=1, keepdims=True))
        scaled = np.divide(places, size, out=np.zeros_like(places), where=size > 0)
        length, moving = places.shape[1], max(1, int((size > 0).sum()))
        found = 1.0
        for lag in range(1, min(lags, length - 1) + 1):
            # Subtracting the sample mean reduces each autocorrelation by about one over the number of values.
            alike = float((scaled[:, :-lag] * scaled[:, lag:]).sum()) / moving + 1 / length
            found += 2 * (1 - lag / length) * max(0.0, alike)
        return found


def by_period(squared: Floats, series: Ints, periods: Ints, names: int) -> Missed:
    """From squared errors by row, with each row's series and the position of the period that it forecasts."""
    length = int(periods.max()) + 1 if len(periods) else 0
    cells = series * length + periods
    known = np.isfinite(squared)
    sums = np.bincount(cells[known], squared[known], names * length)
    rows = np.bincount(cells[known], minlength=names * length)
    mean = np.divide(sums, rows, out=np.full(len(sums), np.nan), where=rows > 0)
    return Missed(errors=np.sqrt(mean).reshape(names, length))


def promise(missed: Missed, lags: int) -> pd.DataFrame:
    """One row per series: its errors on periods that the fit had not seen."""
    logs = _logs(missed, missed.mean)
    values = (missed.mean, logs.mean, logs.spread, missed.periods.astype(float), logs.inflation(lags))
    return pd.DataFrame(dict(zip(PROMISED, values, strict=True)))


def _logs(missed: Missed, usual: Floats) -> Missed:
    """The logarithms of errors over the series' `usual` error."""
    shares = missed.errors / np.maximum(usual, np.finfo(float).tiny)[:, None]
    return Missed(errors=np.log(np.maximum(shares, _LEAST_SHARE)))


def grown(promised: pd.DataFrame, since: Missed) -> pd.DataFrame:
    """One row per series: `P_VALUE` of its errors since the fit being as promised or smaller, and its window.

    NaN for a series without a promise; 1 with too few periods. The test runs on all periods since the fit and on the
    newest 2, 8, 32 …, so that it finds recent and old changes; the smallest p-value is multiplied by the number of
    tests (Bonferroni). Numbers of periods are effective ones, from the autocorrelation at the time of the fit: later
    autocorrelation would hide a change that all series share.
    """
    length = since.errors.shape[1]
    sizes = (_NEWEST * _LONGER**power for power in range(length))
    windows = [since.newest(size) for size in takewhile(lambda size: size < length, sizes)]
    usual = promised[UNSEEN_ERROR].to_numpy(float)
    newest = [_chance(promised, _logs(window, usual)) for window in windows]
    tests = np.array([*newest, _chance(promised, _logs(since, usual), own_spread=True)])
    tells, rows = tests.argmin(axis=0), np.arange(len(promised))
    chance = np.minimum(1.0, tests[tells, rows] * len(tests))
    told = [np.where(promised[UNSEEN_LOG].isna(), np.nan, chance)]
    told += [np.array([getattr(each, name) for each in (*windows, since)])[tells, rows] for name in ("mean", "periods")]
    return pd.DataFrame(dict(zip(FOUND, map(np.float64, told), strict=True)), index=promised.index)


def _chance(promised: pd.DataFrame, logs: Missed, *, own_spread: bool = False) -> Floats:
    """Student's one-sided test of a mean of logarithms against the promised one.

    The promised spread is shrunk towards the fleet's: Smyth 2004, "Linear Models and Empirical Bayes Methods". Few
    periods have no usable spread, so the promised one counts; with `own_spread` the larger of both.
    """
    inflation, told = promised[INFLATION].to_numpy(float), promised[UNSEEN_PERIODS].to_numpy(float)
    before, after = np.maximum(told / inflation, 2.0), np.maximum(logs.periods / inflation, 1.0)
    own, enough = promised[UNSEEN_LOG_SPREAD].to_numpy(float), told >= LEAST_PERIODS
    of_fleet = min(_FLEET_DEGREES, max(0, int(enough.sum()) - 1))
    fleet = float((own[enough] ** 2).mean()) if enough.any() else 0.0
    squares = (of_fleet * fleet + (before - 1) * own**2) / (of_fleet + before - 1)
    spread = np.sqrt(np.maximum(squares, np.finfo(float).eps))
    many = own_spread & (logs.periods >= LEAST_PERIODS)
    now = np.where(many, np.fmax(spread, logs.spread), spread)
    noise = np.sqrt(spread**2 / before + now**2 / after)
    degrees = np.minimum(before - 1 + of_fleet, _MOST_DEGREES)
    chance = stats.t.sf((logs.mean - promised[UNSEEN_LOG].to_numpy(float)) / noise, degrees)
    few = (logs.periods < _NEWEST) | ~enough
    return np.asarray(np.where(few | np.isnan(chance), 1.0, chance))


def discovered(chances: Floats, rate: float) -> npt.NDArray[np.bool_]:
    """Which hypotheses with these p-values are rejected, so that on average at most the share `rate` is false.

    NaN is never rejected. Source: Benjamini and Hochberg 1995, "Controlling the False Discovery Rate"; it also holds
    for series whose errors grow together (Benjamini and Yekutieli 2001, positive dependence).
    """
    known = np.sort(chances[np.isfinite(chances)])
    below = np.flatnonzero(known <= rate * np.arange(1, len(known) + 1) / max(1, len(known)))
    limit = known[below[-1]] if len(below) else -1.0
    return np.asarray(chances <= limit)
