"""From a new table and the live one to the served table: which series are retrained, and which rows they use.

Two questions per series: has its error grown since its fit, so that it needs a new row (`needing.py`), and is the new
row better than the live one (`keeping.py`)? Pure: answers to the calibration rows in, one table out.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.problems.forecasting import keeping, needing
from ml.problems.forecasting.keeping import CHAMPION, NAIVE, NEW, ROWS
from ml.problems.forecasting.needing import (
    FITTED_UNTIL,
    FOUND,
    P_VALUE,
    SINCE_ERROR,
    SINCE_PERIODS,
    UNSEEN_ERROR,
    Missed,
    by_period,
    discovered,
    grown,
)
from ml.problems.forecasting.rolled import Rolled
from ml.problems.forecasting.served import Floats, Ints

# The default share of false alarms among the series whose errors are said to have grown.
_FALSE_SHARE = 0.1
# Columns of a row beside its parameters.
COLUMNS = (*needing.PROMISED, FITTED_UNTIL)
Days = npt.NDArray[np.datetime64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Answered:
    """Rows of periods unseen by the `new` fit, with its answers, the `champion` table's, and the naive forecast's.

    Arrays have shape (rows,). `origins`: the day of each row's origin.
    """

    rolled: Rolled
    origins: Days
    new: Floats
    champion: Floats
    naive: Floats

    def errors(self, live: pd.Index) -> pd.DataFrame:
        """By series: root mean squared scaled errors of the three (NaN for a champion that is not `live`), and rows."""
        rolled, said = self.rolled, {NEW: self.new, CHAMPION: self.champion, NAIVE: self.naive}
        found = {name: np.sqrt(rolled.mean(rolled.squared(forecast))) for name, forecast in said.items()}
        found[CHAMPION] = np.where(np.isin(rolled.names, live), found[CHAMPION], np.nan)
        return pd.DataFrame({**found, ROWS: rolled.rows}, index=pd.Index(rolled.names, name="series"))

    def missed(self, forecast: Floats, after: Days | None = None) -> Missed:
        """The errors of `forecast` by period; with `after`, only those with an origin after the series' day in it."""
        squared = self.rolled.squared(forecast)
        if after is not None:
            squared = np.where(self.origins > after[self.rolled.series], squared, np.nan)
        return by_period(squared, self.rolled.series, self._periods, len(self.rolled.names))

    @property
    def lags(self) -> int:
        """The distance in periods at which errors may still be correlated: two horizons."""
        return 2 * int(self.rolled.asked.ahead.max(initial=1))

    @property
    def _periods(self) -> Ints:
        """The position of the period that each row forecasts, counted from the first origin."""
        places = np.unique(self.origins, return_inverse=True)[1]
        return np.asarray(places.ravel() + self.rolled.asked.ahead - 1, dtype=np.int64)


def renewed(
    table: pd.DataFrame,
    champion: pd.DataFrame,
    answered: Answered,
    *,
    version: int,
    until: date,
    false_share: float | None,
) -> pd.DataFrame:
    """The table to serve.

    Args:
        table: new, with the fleet's row.
        champion: the rows of version `version` that can still be served; empty: none is live.
        answered: the calibration rows.
        until: the newest period in the fit of `table`.
        false_share: the share of retrained series that may be false alarms; None: all series are tried again.
    """
    names = pd.Index(answered.rolled.names, name="series")
    promised = needing.promise(answered.missed(answered.new), answered.lags).set_index(names)
    new = table.join(promised)
    new[list(FOUND)] = np.nan
    new[FITTED_UNTIL] = str(until)
    old = champion.reindex(columns=[*new])
    errors = answered.errors(champion.index)
    if old.empty:
        return keeping.merged(new, old, errors, version)
    tests = _tests(old.loc[old.index.isin(names)], answered)
    old[list(FOUND)] = tests[list(FOUND)].reindex(old.index)
    grown = pd.Series(discovered(tests[P_VALUE].to_numpy(float), false_share or _FALSE_SHARE), index=tests.index)
    # A row without a promise (from a version before this test, or of the naive forecast) is always tried again.
    needed = None if false_share is None else grown | tests[P_VALUE].isna()
    found = keeping.merged(new, old, errors, version, needed=needed, grown=grown)
    by_naive = found["reason"].str.startswith(keeping.BY_NAIVE)
    return _told(found, old, found.index.intersection(grown.index[grown]).difference(found.index[by_naive]))


def _told(table: pd.DataFrame, old: pd.DataFrame, retrained: pd.Index) -> pd.DataFrame:
    """`table` with the reason for new rows of the series `retrained`."""
    since = old.loc[retrained, [*FOUND, UNSEEN_ERROR]]
    said = [
        f"retrained: its error of {row[SINCE_PERIODS]:.0f} newest periods, {row[SINCE_ERROR]:.3g} scales against "
        f"{row[UNSEEN_ERROR]:.3g} promised, is more than chance explains (p {row[P_VALUE]:.2g})"
        for _, row in since.iterrows()
    ]
    found = table.copy()
    found.loc[retrained, list(FOUND)] = since[list(FOUND)]
    found.loc[retrained, "reason"] = said
    return found


def _tests(old: pd.DataFrame, answered: Answered) -> pd.DataFrame:
    """Per live series with answers: the p-value, and the error since its fit."""
    rows = old.reindex(pd.Index(answered.rolled.names, name="series"))
    after = pd.to_datetime(rows[FITTED_UNTIL]).fillna(pd.Timestamp.min).to_numpy("datetime64[D]")
    found = grown(rows, answered.missed(answered.champion, after))
    return found.loc[found.index.isin(old.index)]
