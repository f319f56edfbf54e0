"""From a table in long form to series on their grid. All unusable rows are reported together."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.problems.forecasting import calendar
from ml.problems.forecasting.errors import ForecastError
from ml.problems.forecasting.findings import numbers, refuse, report, rows, times
from ml.problems.forecasting.frequency import Frequency
from ml.problems.forecasting.intervals import LEVELS

Floats = npt.NDArray[np.float64]
# The columns of the forecasts, in addition to id and time.
WRITTEN = ("forecast", *(f"{end}-{level}" for level in LEVELS for end in ("lo", "hi")), "model")
# Gaps are filled from neighbours; with more than this many of ten steps missing, there are hardly any.
_MOST_MISSING_IN_TEN = 9
# A filled value is part of the mean around it: this many iterations are enough for both to converge.
_FILLINGS = 5


@dataclass(frozen=True, kw_only=True)
class Columns:
    """The names of the id, the time and the target column."""

    id: str
    time: str
    target: str


@dataclass(frozen=True, kw_only=True, eq=False)
class Series:
    """One series: `values` has shape (steps,) without a gap; `last` is its last time; `filled` counts filled gaps.

    `known`: shape (steps + horizon, columns), what is known in advance of each step and of those ahead; None without.
    """

    id: Any
    values: Floats
    last: Any
    filled: int
    known: Floats | None = None


def panel(table: pd.DataFrame, columns: Columns, frequency: Frequency, horizon: int) -> list[Series]:
    """One series per id, in the order of ids. Missing steps inside a series are filled by `_gapless`.

    Raises ForecastError with every finding: columns, empty ids or times, text, infinity, duplicates, times off the
    grid, and series that are shorter than the horizon.
    """
    if horizon < 1:
        raise ForecastError(f"the horizon is {horizon}: give 1 step or more")
    absent = [name for name in (columns.id, columns.time, columns.target) if name not in table]
    if absent:
        names = list(map(str, table.columns))
        hint = "separate its columns by commas" if len(names) == 1 and any(name in names[0] for name in absent) else ""
        raise ForecastError(f"columns {absent} are missing: the file has {names}; {hint or 'name its own'}")
    if table.empty:
        raise ForecastError("the file has no rows: give one row per series and time")
    _require_own_names(columns)
    found: list[str] = []
    long = pd.DataFrame(
        {
            "id": table[columns.id].astype(object).to_numpy(),
            "time": times(table[columns.time], columns.time, found),
            "value": numbers(table[columns.target], columns.target, found, "write a number, or leave it empty"),
        }
    )
    report(found, long["id"].isna(), f"{columns.id!r} is empty", "name the series of each")
    refuse(found)
    found.extend((*_duplicates(long), *_endless(long["time"].max(), frequency, horizon)))
    refuse(found)
    parts = [_series(name, part, frequency, horizon, found) for name, part in long.groupby("id", sort=True)]
    refuse(found)
    return [each for each in parts if each is not None]


def _require_own_names(columns: Columns) -> None:
    """Raises ForecastError if one column is named twice, or like an output column."""
    named = (columns.id, columns.time, columns.target)
    if len(set(named)) < len(named):
        raise ForecastError(f"id, time and target are {', '.join(map(repr, named))}: name three columns")
    taken = [name for name in (columns.id, columns.time) if name in WRITTEN]
    if taken:
        raise ForecastError(f"columns {taken} have names of output columns, {', '.join(WRITTEN)}: rename them")


def _endless(last: Any, frequency: Frequency, horizon: int) -> Iterator[str]:
    """A finding if the steps after `last` exceed the range of timestamps."""
    try:
        calendar.after(last, frequency, horizon)
    except (OverflowError, ValueError):
        yield f"{horizon} steps after {last} are beyond {pd.Timestamp.max:%Y-%m-%d}: correct a wrong time"


def _duplicates(long: pd.DataFrame) -> Iterator[str]:
    twice = long.duplicated(["id", "time"], keep=False)
    if twice.any():
        example = long[twice].iloc[0]
        which = f"series {example['id']!r} has {example['time']} more than once"
        back = " (an hour that clocks repeat: give its offset from UTC)" if getattr(example["time"], "hour", 0) else ""
        yield f"{rows(twice)}: duplicate times, as {which}: keep one row of each, or add them up{back}"


def _series(name: Any, part: pd.DataFrame, frequency: Frequency, horizon: int, found: list[str]) -> Series | None:
    places, off = calendar.steps(part["time"], frequency)
    wrong = off if off.any() else pd.Series(places).duplicated(keep=False).to_numpy()
    if wrong.any():
        example = part["time"][wrong].iloc[0]
        found.append(
            f"{rows(pd.Series(wrong, index=part.index))}: series {name!r} is not {frequency.name}, as at {example}: "
            f"bring its times to one step, or give another --freq"
        )
        return None
    order = np.argsort(places)
    known = part["value"].to_numpy(float)[order]
    here = np.flatnonzero(~np.isnan(known))
    if not len(here):
        found.append(f"series {name!r} has no value: remove it")
        return None
    places, known, times = places[order][here], known[here], part["time"].iloc[order[here]]
    steps = int(places[-1] - places[0]) + 1
    if steps * (10 - _MOST_MISSING_IN_TEN) > len(known) * 10:
        found.append(
            f"series {name!r} has {len(known):,} values in {steps:,} steps from {times.iloc[0]} to {times.iloc[-1]}: "
            "correct a wrong time, write 0 where nothing happened, or give a longer --freq"
        )
        return None
    values = _gapless(places - places[0], known, frequency)
    if len(values) < horizon:
        found.append(
            f"series {name!r} has {len(values)} steps, fewer than the horizon of {horizon}: "
            "give a longer history or a shorter horizon, or remove it"
        )
        return None
    return Series(id=name, values=values, last=times.iloc[-1], filled=len(values) - len(known))


def _gapless(places: npt.NDArray[np.int64], known: Floats, frequency: Frequency) -> Floats:
    """Values on every step: a gap is filled from a smoothed line plus the seasonal effect of its place."""
    every = np.arange(places[-1] + 1)
    line = np.asarray(np.interp(every, places, known))
    season = frequency.seasons[0]
    if len(places) == len(every) or season < 2 or len(known) < 3 * season:
        return line
    gap = np.ones(len(every), dtype=bool)
    gap[places] = False
    window, ones = np.ones(season), np.ones(len(every))
    filled = line
    for _ in range(_FILLINGS):
        smooth = np.convolve(filled, window, mode="same") / np.convolve(ones, window, mode="same")
        profile = pd.Series((filled - smooth)[~gap]).groupby(every[~gap] % season).mean()
        filled = np.where(gap, smooth + profile.reindex(every % season).fillna(0.0).to_numpy(), line)
    return filled
