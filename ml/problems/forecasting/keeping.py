"""The gate of each series: new parameters replace the champion's only if they beat both them and the naive forecast.

Both tables answered the same rows, at origins unseen by the new one. So neither knew of a change among these origins,
and the rows cannot show which of the two is right from now on. But a champion's row with errors that have grown beyond
chance does not stay: the new row replaces it, unless naive did better. Pure: tables in, one table out.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.problems.forecasting.mixing import LEAST_ROWS
from ml.problems.forecasting.needing import P_VALUE, PROMISED, SINCE_ERROR, SINCE_PERIODS, UNSEEN_ERROR
from ml.problems.forecasting.served import FLEET, NAMES, TREES, weight

# Columns of the errors, one row per series: root mean squared errors in the scale of the series, and number of rows.
NEW, CHAMPION, NAIVE, ROWS = "new", "champion", "naive", "rows"
# The sum of weights of a row whose candidates this code all knows.
WHOLE = 0.999
# The start of the reason for a series answered by the naive forecast.
BY_NAIVE = "the naive forecast: "


def usable(champion: pd.DataFrame, columns: Sequence[str], *, trees: bool) -> pd.DataFrame:
    """The rows of the champion's table that can still be served, with `columns`.

    Without the fleet's row, which is always new, rows with a candidate that this code lacks, and, without `trees`, rows
    with the model over all series.
    """
    weights = [weight(name) for name in NAMES]
    found = champion.reindex(columns=list(columns))
    found[weights] = found[weights].fillna(0.0)
    whole = found[weights].sum(axis=1) > WHOLE
    if not trees:
        whole &= found[weight(TREES)] == 0
    return found[whole & (found.index != FLEET)]


def merged(
    table: pd.DataFrame,
    champion: pd.DataFrame,
    errors: pd.DataFrame,
    version: int,
    *,
    needed: "pd.Series[bool] | None" = None,
    grown: "pd.Series[bool] | None" = None,
) -> pd.DataFrame:
    """The table to serve: for each series the new, the champion's or the naive forecast's row, and why.

    The champion's row stays if the new row was not better, was worse than naive, or has no evidence of being better. A
    series that was worse than naive is answered by the naive forecast if it has no champion's row, or if that row's
    errors have grown. A series that the new table lacks keeps its row. `kept_from` is the version that a row was fitted
    for, 0 for this version.

    Args:
        table: new, with the fleet's row.
        champion: the table of version `version`, filtered by `usable`; empty: none is live.
        errors: by series, with the columns above.
        needed: per champion's series, whether it needs a new row (otherwise its row stays); None: all do.
        grown: per champion's series, whether its errors have grown beyond chance; None: no evidence.
    """
    own = table.index[table.index != FLEET]
    known = errors.reindex(own)
    enough, beats_naive = (known[ROWS] >= LEAST_ROWS).to_numpy(), (known[NEW] <= known[NAIVE]).to_numpy()
    live = own.isin(champion.index)
    rests, grew = ~_said(needed, own, otherwise=True), _said(grown, own, otherwise=False)
    better = beats_naive & (known[NEW] < known[CHAMPION]).to_numpy() & enough
    stays = live & (rests | ~(better | grew))
    falls = (~live | grew) & ~stays & ~beats_naive & enough
    found = table.copy()
    found.loc[own[falls], :] = _as_naive(table.loc[own[falls]], known[falls])
    kept = _kept(champion.loc[own[stays]], known[stays], version, rests[stays])
    gone = champion[~champion.index.isin(own)]
    late = _kept(gone, errors.reindex(gone.index), version, np.zeros(len(gone), dtype=bool))
    return pd.concat([found.drop(index=own[stays]), kept, late]).loc[[*own, *gone.index, FLEET]]


def _said(which: "pd.Series[bool] | None", series: pd.Index, *, otherwise: bool) -> npt.NDArray[np.bool_]:
    """The value of `which` for each of `series`, `otherwise` for series without one."""
    none = pd.Series(dtype=bool) if which is None else which
    return none.reindex(series, fill_value=otherwise).to_numpy(dtype=bool)


def _as_naive(rows: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """`rows` answered by the naive forecast alone."""
    weights = {weight(name): float(name == "naive") for name in NAMES}
    said = [
        f"{BY_NAIVE}its error was {naive:.3g} scales, and that of the new fit {new:.3g}"
        for naive, new in zip(known[NAIVE], known[NEW], strict=True)
    ]
    error = np.maximum(rows["error"], known[NAIVE])
    # It promises no error, so each training tries the series again.
    nothing = dict.fromkeys([name for name in PROMISED if name in rows], np.nan)
    return rows.assign(**weights, **nothing, chosen="naive", reason=said, error=error)


def _kept(rows: pd.DataFrame, known: pd.DataFrame, version: int, rests: npt.NDArray[np.bool_]) -> pd.DataFrame:
    """Rows of the champion, each with the version that it was fitted for, and the reason for keeping it.

    `rests`: the series that need no new row.
    """
    fitted = rows["kept_from"].where(rows["kept_from"] > 0, version).astype(int)
    texts = zip(fitted, known[NEW], known[CHAMPION], known[NAIVE], strict=True)
    said = [f"kept of version {since}: {_because(new, champion, naive)}" for since, new, champion, naive in texts]
    told = [f"kept of version {since}: {_calm(row)}" for since, (_, row) in zip(fitted, rows.iterrows(), strict=True)]
    return rows.assign(kept_from=fitted, reason=np.where(rests, told, said) if len(rows) else said)


def _calm(row: "pd.Series[Any]") -> str:
    """Why a row needs no replacement."""
    if SINCE_ERROR not in row or np.isnan(row[SINCE_ERROR]):
        return "no outcomes are known since its fit"
    return (
        f"its error of {row[SINCE_PERIODS]:.0f} newest periods, {row[SINCE_ERROR]:.3g} scales against "
        f"{row[UNSEEN_ERROR]:.3g} promised, is not more than chance explains over the fleet (p {row[P_VALUE]:.2g})"
    )


def _because(new: float, champion: float, naive: float) -> str:
    if np.isnan(new):
        return "no row shows the error of a new fit"
    return f"a new fit had an error of {new:.3g} scales, the champion {champion:.3g}, the naive forecast {naive:.3g}"


def decisions(table: pd.DataFrame) -> pd.DataFrame:
    """One row per series: its forecaster, the version of that (0: this one), and why."""
    told = ["chosen", "kept_from", "error", "rows", "reason", UNSEEN_ERROR, SINCE_ERROR, SINCE_PERIODS, P_VALUE]
    return table[[name for name in told if name in table]].reset_index()


def summary(table: pd.DataFrame) -> str:
    """One line: how many series have new parameters, keep older ones, or are answered by the naive forecast."""
    own = table[table.index != FLEET]
    kept = int((own["kept_from"] > 0).sum())
    naive = int(own["reason"].str.startswith(BY_NAIVE).sum())
    return f"{len(own) - kept - naive} series with new parameters, {kept} keep earlier ones, {naive} naive"
