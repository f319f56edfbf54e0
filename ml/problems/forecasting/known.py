"""Known columns: what is known in advance of each step, such as a holiday, a price or a promotion.

A series' history brings them in its own rows, and a second table brings those of the steps ahead. A column of numbers
is used as it is; a column of texts becomes one column of 0 and 1 per text.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.problems.forecasting import calendar
from ml.problems.forecasting.errors import ForecastError
from ml.problems.forecasting.findings import numbers, refuse, report, times
from ml.problems.forecasting.frequency import Frequency
from ml.problems.forecasting.panel import Columns, Series
from ml.problems.forecasting.peeking import require_in_advance

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]
# More different texts than this are names, not categories.
_MOST_TEXTS = 50
_SHOWN = 3


@dataclass(frozen=True, kw_only=True, eq=False)
class Known:
    """The columns `names`; `future`: one row per series and step ahead, with id, time and these columns.

    `place` names the table in findings.
    """

    names: tuple[str, ...]
    future: pd.DataFrame
    place: str


@dataclass(frozen=True, kw_only=True, eq=False)
class _Rows:
    """One row per series and time: `id` as text, `time`, and the columns as numbers."""

    keys: pd.DataFrame
    values: Floats


def with_known(
    series: Sequence[Series], table: pd.DataFrame, known: Known, columns: Columns, *, frequency: Frequency, horizon: int
) -> list[Series]:
    """The series with their known columns; one that is not in `table` (a total) stays without.

    `panel` must accept `table`. Raises ForecastError with every finding: missing columns, empty cells, text among
    numbers, texts that the history lacks, missing steps, and a column that follows the target.
    """
    _require_columns(table, known, columns)
    past, future, numeric = _read(table, known, columns)
    found: list[str] = []
    rows = {str(name): part.index.to_numpy() for name, part in past.keys.groupby("id", sort=False)}
    ahead = {str(name): part.index.to_numpy() for name, part in future.keys.groupby("id", sort=False)}
    joined = list(series)
    for at, each in enumerate(series):
        mine = rows.get(str(each.id))
        if mine is None:
            continue
        theirs = ahead.get(str(each.id), np.empty(0, np.int64))
        wanted = calendar.after(each.last, frequency, horizon)
        before, lacks = _before(each, past, mine, frequency)
        if lacks:
            found.append(_missing(each, lacks, columns))
        after, lacking = _after(wanted, future, theirs)
        if lacking:
            found.append(f"{known.place}: series {each.id!r} lacks {_shown(lacking)}: add its {horizon} steps ahead")
        joined[at] = replace(each, known=np.concatenate([before, after]))
    refuse(found)
    require_in_advance([(each.values, each.known) for each in joined], numeric, columns.target, horizon)
    return joined


def _require_columns(table: pd.DataFrame, known: Known, columns: Columns) -> None:
    own = (columns.id, columns.time, columns.target)
    taken = [name for name in known.names if name in own]
    if taken or len(set(known.names)) < len(known.names):
        raise ForecastError(f"known columns are {', '.join(map(repr, known.names))}: name each once, and none of {own}")
    places = (("the file", table, known.names), (known.place, known.future, (*own[:2], *known.names)))
    absent = [
        f"columns {lacks} are missing: {place} has {list(map(str, given.columns))}"
        for place, given, wanted in places
        if (lacks := [name for name in wanted if name not in given])
    ]
    refuse(absent)


def _read(table: pd.DataFrame, known: Known, columns: Columns) -> tuple[_Rows, _Rows, dict[str, int]]:
    """Both tables, every column read alike, and where the columns of numbers are.

    Raises ForecastError with all unusable rows of both.
    """
    past_found, future_found = list[str](), list[str]()
    pairs = [_column(table[name], known.future[name], name, past_found, future_found) for name in known.names]
    keys = [_keys(given, columns, found) for given, found in ((table, past_found), (known.future, future_found))]
    twice = keys[1].duplicated(keep=False)
    report(future_found, twice, "duplicate times of a series", "keep one row of each")
    refuse([*past_found, *(f"{known.place}: {line}" for line in future_found)])
    past, future = (np.concatenate(parts, axis=1) for parts in zip(*pairs, strict=True))
    ends = np.cumsum([pair[0].shape[1] for pair in pairs])
    numeric = {name: int(end) - 1 for name, end in zip(known.names, ends, strict=True) if not _is_text(table[name])}
    return _Rows(keys=keys[0], values=past), _Rows(keys=keys[1], values=future), numeric


def _keys(given: pd.DataFrame, columns: Columns, found: list[str]) -> pd.DataFrame:
    report(found, given[columns.id].isna(), f"{columns.id!r} is empty", "name the series of each")
    return pd.DataFrame(
        {"id": given[columns.id].astype(str).to_numpy(), "time": times(given[columns.time], columns.time, found)}
    )


def _column(
    past: "pd.Series[Any]", future: "pd.Series[Any]", name: str, past_found: list[str], future_found: list[str]
) -> tuple[Floats, Floats]:
    """Shapes (rows, 1), or (rows, texts) of a column of texts."""
    for given, found in ((past, past_found), (future, future_found)):
        empty = f"{name!r} is empty"
        report(found, given.isna(), empty, "write what was known in advance of that step, 0 for nothing")
    if not _is_text(past):
        change = "write a number, or give every row of the column a text"
        return numbers(past, name, past_found, change)[:, None], numbers(future, name, future_found, change)[:, None]
    texts = sorted(set(past.dropna().astype(str)))
    if len(texts) > _MOST_TEXTS:
        past_found.append(f"{name!r} has {len(texts)} different texts, over {_MOST_TEXTS}: give numbers, or fewer")
    strange = future.notna() & ~future.astype(str).isin(texts)
    shown = list(dict.fromkeys(future[strange].astype(str)))[:_SHOWN]
    report(future_found, strange, f"{name!r} is {', '.join(map(repr, shown))}", "write a text that the history has")
    return _marked(past, texts), _marked(future, texts)


def _is_text(given: "pd.Series[Any]") -> bool:
    """Whether no value is a number: a text among numbers is a mistake, not a category."""
    return not pd.api.types.is_numeric_dtype(given) and bool(pd.to_numeric(given, errors="coerce").isna().all())


def _marked(given: "pd.Series[Any]", texts: Sequence[str]) -> Floats:
    return np.asarray(given.astype(str).to_numpy()[:, None] == np.asarray(texts, dtype=object)[None, :], dtype=float)


def _before(each: Series, past: _Rows, mine: Rows, frequency: Frequency) -> tuple[Floats, int]:
    """Shape (steps, columns), of each step of the history; and the number of steps without a row."""
    own = past.keys["time"].iloc[mine].reset_index(drop=True)
    places, _ = calendar.steps(own, frequency)
    first = int(places[(own == each.last).to_numpy()][0]) - len(each.values) + 1
    values = np.full((len(each.values), past.values.shape[1]), np.nan)
    inside = (places >= first) & (places < first + len(values))
    values[places[inside] - first] = past.values[mine[inside]]
    return values, int(np.isnan(values).any(axis=1).sum())


def _missing(each: Series, lacks: int, columns: Columns) -> str:
    return (
        f"series {each.id!r} has no row at {lacks:,} of {len(each.values):,} steps, so nothing is known of them: "
        f"add the rows, with an empty {columns.target!r} if it is not known"
    )


def _after(wanted: Sequence[Any], future: _Rows, mine: Rows) -> tuple[Floats, list[str]]:
    """Shape (horizon, columns), of each step ahead; and the times without a row. Rows of other times are not used."""
    at = dict(zip(future.keys["time"].iloc[mine], mine, strict=True))
    lacks = [str(time) for time in wanted if time not in at]
    if lacks:
        return np.full((len(wanted), future.values.shape[1]), np.nan), lacks
    return future.values[[at[time] for time in wanted]], []


def _shown(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{', '.join(names[:_SHOWN])}{more}"
