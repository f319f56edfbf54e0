"""The candidates' input for each row; the naive forecast and the scale, the reference of all measures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Asked:
    """The candidates' input for each row: the past, the steps ahead (rows,), the lengths of season and inner season."""

    past: Floats
    ahead: Ints
    season: int
    inner: int = 1

    def of(self, rows: Any) -> "Asked":
        """Only the given `rows`."""
        return Asked(past=self.past[rows], ahead=self.ahead[rows], season=self.season, inner=self.inner)

    @property
    def lag(self) -> Ints:
        """The distance, in periods before the newest, of the period that lies whole seasons before the target."""
        lags: Ints = self.season * -(-self.ahead // self.season) - self.ahead
        return lags


def naive(asked: Asked) -> Floats:
    """The value of the same place in the last season; for a younger series its newest value."""
    newest = asked.past[:, -1]
    found = asked.past[np.arange(len(newest)), asked.past.shape[1] - 1 - asked.lag]
    return np.asarray(np.where(np.isnan(found), newest, found))


def scale(past: Floats, season: int, least: float) -> Floats:
    """Root mean square of the changes over a season, at least `least`: the divisor of errors.

    Source: the scale of RMSSE in the M5 competition (Makridakis et al. 2022).
    """
    changes = (past[:, season:] - past[:, :-season]) ** 2
    known = np.isfinite(changes)
    mean = np.where(known, changes, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    return np.asarray(np.maximum(np.sqrt(mean), least))


def names_of(frame: pd.DataFrame, series: Sequence[str]) -> "pd.Series[str]":
    """The name of each row's series: its key values joined with |."""
    named = frame[series[0]].astype(str)
    for each in series[1:]:
        named = named + "|" + frame[each].astype(str)
    return named


def asked_of(frame: pd.DataFrame, settings: Mapping[str, Any]) -> Asked:
    """The candidates' input for each row of `frame`."""
    past = frame[settings["history"][::-1]].to_numpy(dtype=float, na_value=np.nan)
    ahead = frame[settings["step"]].to_numpy(np.int64)
    return Asked(past=past, ahead=ahead, season=settings["season"], inner=settings["inner_season"])
