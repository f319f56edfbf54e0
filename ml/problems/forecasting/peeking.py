"""Whether a column contains values that were not known at the origin."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.declarations import Forecasting
from ml.problems.forecasting.errors import ForecastError

if TYPE_CHECKING:
    from ml.problems.learning import Examples

Floats = npt.NDArray[np.float64]
# A value may repeat in some column by chance; it does so in nearly every row only if the column is the outcome.
_NEARLY_ALL, _BY_CHANCE = 0.95, 0.5
_LEAST_ROWS = 50
# So many of the longest series show what a column holds.
_MOST_SERIES = 200
# From this correlation of changes on, a column holds the target in another unit: what drives a target leaves noise.
_SAME = 0.999


def require_past(past: Floats, ahead: npt.NDArray[np.int64], truth: Floats, names: tuple[str, ...]) -> None:
    """Raise ForecastError naming each column of `past` (rows, periods; `names` in order) that contains the outcome.

    Checked per step over the rows with an outcome other than zero: a column equals it in nearly all rows, while half
    of the columns do not in half of the rows.
    """
    found = []
    for step in np.unique(ahead):
        rows = (ahead == step) & (truth != 0)
        if rows.sum() < _LEAST_ROWS:
            continue
        equal = (past[rows] == truth[rows, None]).mean(axis=0)
        if np.median(equal) <= _BY_CHANCE:
            found += [
                f"{names[at]} equals the outcome {step} steps ahead in {equal[at]:.0%} of {rows.sum()} rows"
                for at in np.flatnonzero(equal >= _NEARLY_ALL)
            ]
    if found:
        raise ForecastError(
            f"the past contains future values: {'; '.join(found)}. Compute it only from values known at the origin"
        )


def require_rows_in_advance(rows: "Examples", declared: Forecasting) -> None:
    """As `require_in_advance`, for rows of a series, an origin and a step: each feature of numbers beside the names of
    the series, the step and the past is a known column.

    Of the rows about a period those with the oldest origin are compared: its outcomes were not known then.
    """
    own = {*declared.series, declared.step, *declared.history}
    names = [name for name, kind in rows.kinds.items() if kind == "number" and name not in own]
    frame, steps = rows.frame, declared.horizon // declared.spanned_origins
    oldest = frame[frame[declared.step] > declared.horizon - steps].sort_values([rows.event_time, declared.step])
    columns = oldest[names].apply(pd.to_numeric).to_numpy(float, na_value=np.nan)
    places = oldest.groupby(list(declared.series), sort=True).indices.values()
    values = oldest[rows.label].to_numpy(float)
    series = [(values[at], columns[at]) for at in places]
    require_in_advance(series, {name: at for at, name in enumerate(names)}, rows.label, declared.horizon)


def require_in_advance(
    series: Sequence[tuple[Floats, Floats | None]], named: Mapping[str, int], target: str, horizon: int
) -> None:
    """Raise ForecastError naming each known column that follows the target, which is not known in advance.

    `series`: values of shape (steps,) with their known columns, shape (steps + horizon, columns); `named`: positions of
    the columns of numbers. A column follows the target if its changes equal those of the target but for their size, in
    the same step or up to a horizon apart.
    """
    found = []
    longest = sorted((each for each in series if each[1] is not None), key=lambda each: -len(each[0]))[:_MOST_SERIES]
    for name, column in named.items():
        pairs = [(values, known[: len(values), column]) for values, known in longest if known is not None]
        alike = {shift: _alike(pairs, shift) for shift in range(1 - horizon, horizon)}
        shift = max(alike, key=lambda each: (alike[each], -abs(each)))
        if alike[shift] >= _SAME:
            when = f"{abs(shift)} steps {'later' if shift > 0 else 'earlier'}" if shift else "in the same step"
            found.append(
                f"{name!r} holds {target!r} {when}: the correlation of their changes is {alike[shift]:.4f}, and "
                f"{target!r} is not known in advance. Leave it out, or give what was known then: a plan, a forecast"
            )
    if found:
        raise ForecastError("\n".join(["known columns contain the future:", *(f"- {line}" for line in found)]))


def _alike(pairs: Sequence[tuple[Floats, Floats]], shift: int) -> float:
    """The correlation, without its sign, of changes of values with those of a column `shift` steps before.

    Each series counts in its own units; 0 with too few steps or without changes. Steps with a NaN do not count.
    """
    products, rows = 0.0, 0
    for values, column in pairs:
        ours, theirs = np.diff(values), np.diff(column)
        ours, theirs = (ours[shift:], theirs[: len(theirs) - shift]) if shift >= 0 else (ours[:shift], theirs[-shift:])
        known = np.isfinite(ours) & np.isfinite(theirs)
        ours, theirs = ours[known], theirs[known]
        if len(ours) < 2 or not ours.std() or not theirs.std():
            continue
        products += abs(float(np.corrcoef(ours, theirs)[0, 1])) * len(ours)
        rows += len(ours)
    return products / rows if rows >= _LEAST_ROWS else 0.0
