"""A forecast as it is served: a table of one row per series says how the candidates are mixed.

A version holds a copy of this file, which the served model runs, so it imports nothing from `ml`. Beside it lie
`series.json` (names and lengths), `series.parquet` (the table) and what the model over all series fitted.

Candidates are functions of the past alone: `past` has shape (rows, periods), the oldest first, NaN before a series
began; a value that is missing later leaves a smoothed state as it was. Parameters are scalars or have shape (rows,).
Every forecast has shape (rows,).
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

SETTINGS_FILE, TABLE_FILE = "series.json", "series.parquet"
# The row of the table that answers for a series that has none of its own.
FLEET = ""
TREES = "all_series"

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Parameters = Mapping[str, Floats]
Encode = Callable[[pd.DataFrame, Mapping[str, str], Mapping[str, Sequence[str]]], Floats]
Readers = Mapping[str, Callable[[Path], Callable[[Floats], Floats]]]


@dataclass(frozen=True, kw_only=True, eq=False)
class Asked:
    """What candidates know of each row: the past, the steps ahead (rows,), the length of a season and of one in it."""

    past: Floats
    ahead: Ints
    season: int
    inner: int = 1

    def of(self, rows: Any) -> "Asked":
        """Those of `rows` alone."""
        return Asked(past=self.past[rows], ahead=self.ahead[rows], season=self.season, inner=self.inner)

    @property
    def lag(self) -> Ints:
        """How many periods before the newest the one lies that is whole seasons before the period asked about."""
        lags: Ints = self.season * -(-self.ahead // self.season) - self.ahead
        return lags


def naive(asked: Asked) -> Floats:
    """The value of the same place in the last season; of a series that is younger, its newest value."""
    newest = asked.past[:, -1]
    found = asked.past[np.arange(len(newest)), asked.past.shape[1] - 1 - asked.lag]
    return np.asarray(np.where(np.isnan(found), newest, found))


def scale(past: Floats, season: int, least: float) -> Floats:
    """Root mean square of the changes over a season, at least `least`: what errors are divided by.

    Source: the scale of RMSSE in the M5 competition (Makridakis et al. 2022).
    """
    changes = (past[:, season:] - past[:, :-season]) ** 2
    known = np.isfinite(changes)
    mean = np.where(known, changes, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    return np.asarray(np.maximum(np.sqrt(mean), least))


def mean_of_newest(asked: Asked, *, mean_periods: Any) -> Floats:
    """The mean of the newest so many periods."""
    age = np.arange(asked.past.shape[1])[::-1]
    taken = np.isfinite(asked.past) & (age < np.broadcast_to(mean_periods, len(asked.past))[:, None])
    mean: Floats = np.where(taken, asked.past, 0.0).sum(axis=1) / np.maximum(taken.sum(axis=1), 1)
    return mean


def seasonal_mean(asked: Asked) -> Floats:
    """The mean of the same place in all known seasons; the newest value if there is none."""
    length = asked.past.shape[1]
    back = asked.lag[:, None] + asked.season * np.arange(length // asked.season + 1)
    found = np.take_along_axis(asked.past, np.maximum(length - 1 - back, 0), axis=1)
    known = np.isfinite(found) & (back < length)
    mean = np.where(known, found, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    return np.asarray(np.where(known.any(axis=1), mean, asked.past[:, -1]))


def inner_naive(asked: Asked) -> Floats:
    """The value of the same place in the last inner season."""
    return naive(Asked(past=asked.past, ahead=asked.ahead, season=asked.inner))


def two_seasons(asked: Asked, *, level_share: Any) -> Floats:
    """The same place in the last season, with a share of how much the newest inner season differs from a season before.

    A day's shape comes from the same day a week ago, and the level from how yesterday compares with its own.
    """
    newest, before = (
        asked.past[:, asked.past.shape[1] - asked.inner - back :][:, : asked.inner] for back in (0, asked.season)
    )
    change = newest - before
    known = np.isfinite(change)
    moved = np.where(known, change, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    return np.asarray(naive(asked) + level_share * moved)


def _smoothed(values: Floats, alpha: Any) -> Floats:
    """The level after the newest value, from the first known value on; 0 if no value is known."""
    level = np.full(len(values), np.nan)
    for at in range(values.shape[1]):
        now = values[:, at]
        moved = np.where(np.isnan(level), now, alpha * now + (1 - alpha) * level)
        level = np.where(np.isnan(now), level, moved)
    return np.asarray(np.nan_to_num(level))


def smoothing(asked: Asked, *, ses_alpha: Any) -> Floats:
    """Simple exponential smoothing, from the first known value on."""
    return _smoothed(asked.past, ses_alpha)


def damped_trend(asked: Asked, *, trend_alpha: Any, trend_beta: Any, trend_phi: Any) -> Floats:
    """Level and damped trend, which begins at zero. Source: Gardner and McKenzie 1985, "Forecasting Trends"."""
    level, trend = np.full(len(asked.past), np.nan), np.zeros(len(asked.past))
    for at in range(asked.past.shape[1]):
        now = asked.past[:, at]
        begins = np.isnan(level)
        expected = np.where(begins, now, level + trend_phi * trend)
        raised = trend_alpha * now + (1 - trend_alpha) * expected
        turned = np.where(begins, 0.0, trend_beta * (raised - level) + (1 - trend_beta) * trend_phi * trend)
        known = np.isfinite(now)
        level, trend = np.where(known, raised, level), np.where(known, turned, trend)
    phi = np.broadcast_to(np.asarray(trend_phi, dtype=float), len(trend))
    return np.asarray(np.nan_to_num(level + trend * phi * (1 - phi**asked.ahead) / (1 - phi)))


def theta(asked: Asked, *, theta_alpha: Any) -> Floats:
    """Smoothing with half of the linear trend as drift: the Theta method.

    Source: Hyndman and Billah 2003, "Unmasking the Theta method", section 2.
    """
    known = np.isfinite(asked.past)
    count = known.sum(axis=1)
    place = np.where(known, np.cumsum(known, axis=1) - 1.0, 0.0)
    away = np.where(known, place - place.sum(axis=1, keepdims=True) / np.maximum(count, 1)[:, None], 0.0)
    spread = (away**2).sum(axis=1)
    slope = np.divide(
        (away * np.nan_to_num(asked.past)).sum(axis=1), spread, out=np.zeros(len(count)), where=spread > 0
    )
    fading = (1 - (1 - theta_alpha) ** count) / theta_alpha
    return np.asarray(_smoothed(asked.past, theta_alpha) + slope / 2 * (asked.ahead - 1 + fading))


def croston(asked: Asked, *, croston_alpha: Any) -> Floats:
    """Size over interval of what is seldom asked for, with the correction of its bias; 0 if it never was.

    Source: Croston 1972; Syntetos and Boylan 2005, "The Accuracy of Intermittent Demand Estimates" (SBA).
    """
    rows = len(asked.past)
    size, interval, since = np.full(rows, np.nan), np.full(rows, np.nan), np.zeros(rows)
    for at in range(asked.past.shape[1]):
        now = asked.past[:, at]
        since += np.isfinite(now)
        sold, first = now > 0, np.isnan(size)
        size = np.where(sold, np.where(first, now, croston_alpha * now + (1 - croston_alpha) * size), size)
        interval = np.where(
            sold, np.where(first, since, croston_alpha * since + (1 - croston_alpha) * interval), interval
        )
        since = np.where(sold, 0.0, since)
    return np.asarray(np.nan_to_num((1 - np.asarray(croston_alpha) / 2) * size / interval))


def tsb(asked: Asked, *, tsb_size: Any, tsb_share: Any) -> Floats:
    """Smoothed size of what is sold times the smoothed share of periods in which it is, which fades if nothing is.

    Source: Teunter, Syntetos and Babai 2011, "Intermittent demand: Linking forecasting to inventory obsolescence".
    """
    sold = np.where(np.isfinite(asked.past), (asked.past > 0).astype(float), np.nan)
    return _smoothed(np.where(asked.past > 0, asked.past, np.nan), tsb_size) * _smoothed(sold, tsb_share)


# By name: what forecasts, and the columns of the table that hold its parameters.
CANDIDATES: Mapping[str, tuple[Callable[..., Floats], tuple[str, ...]]] = {
    "naive": (naive, ()),
    "mean": (mean_of_newest, ("mean_periods",)),
    "seasonal_mean": (seasonal_mean, ()),
    "smoothing": (smoothing, ("ses_alpha",)),
    "damped_trend": (damped_trend, ("trend_alpha", "trend_beta", "trend_phi")),
    "theta": (theta, ("theta_alpha",)),
    "croston": (croston, ("croston_alpha",)),
    "tsb": (tsb, ("tsb_size", "tsb_share")),
    "inner_naive": (inner_naive, ()),
    "two_seasons": (two_seasons, ("level_share",)),
}
# Those that need a season within another one.
OF_TWO_SEASONS = ("inner_naive", "two_seasons")
NAMES = (*CANDIDATES, TREES)
# What the model over all series is told beside the features: three candidates, over the scale of the series.
HINTS: Mapping[str, Callable[[Asked], Floats]] = {
    "_naive": naive,
    "_mean": lambda asked: mean_of_newest(asked, mean_periods=asked.past.shape[1]),
    "_smoothing": lambda asked: smoothing(asked, ses_alpha=0.3),
}


def weight(name: str) -> str:
    """The column of the table that says how much of a forecast comes from the candidate `name`."""
    return f"weight_{name}"


def names_of(frame: pd.DataFrame, series: Sequence[str]) -> "pd.Series[str]":
    """What each row's series is called: its names, joined with |."""
    named = frame[series[0]].astype(str)
    for each in series[1:]:
        named = named + "|" + frame[each].astype(str)
    return named


def asked_of(frame: pd.DataFrame, settings: Mapping[str, Any]) -> Asked:
    """What candidates know of each row of `frame`."""
    past = frame[settings["history"][::-1]].to_numpy(dtype=float, na_value=np.nan)
    ahead = frame[settings["step"]].to_numpy(np.int64)
    return Asked(past=past, ahead=ahead, season=settings["season"], inner=settings["inner_season"])


def scaled(frame: pd.DataFrame, asked: Asked, sizes: Floats, settings: Mapping[str, Any]) -> pd.DataFrame:
    """`frame` as the model over all series takes it: the past and the hints over the scale of the series."""
    past = pd.DataFrame(asked.past[:, ::-1] / sizes[:, None], columns=settings["history"], index=frame.index)
    hints = pd.DataFrame({name: hint(asked) / sizes for name, hint in HINTS.items()}, index=frame.index)
    found: pd.DataFrame = pd.concat([frame.drop(columns=settings["history"]), past, hints], axis=1)
    return found


def mixed(table: pd.DataFrame, places: Ints, asked: Asked, trees: Floats | None) -> Floats:
    """The weighted sum of the candidates, each with the parameters of the row's series.

    `places`: of each row its row of `table`. `trees`: the forecast of the model over all series; None: there is none.
    """
    found = np.zeros(len(places))
    for name in NAMES:
        weights = table[weight(name)].to_numpy(float)[places]
        rows = np.flatnonzero(weights > 0)
        if not len(rows):
            continue
        if name == TREES:
            if trees is None:
                raise ValueError(f"the table weighs {TREES}, and there is no model over all series")
            forecast = trees[rows]
        else:
            make, parameters = CANDIDATES[name]
            own = {each: table[each].to_numpy(float)[places[rows]] for each in parameters}
            forecast = make(asked.of(rows), **own)
        found[rows] += weights[rows] * forecast
    return found


@dataclass(frozen=True, kw_only=True, eq=False)
class Mixed:
    """One answer per row, before intervals. `unit`: the size of the errors of the row's series."""

    forecast: Floats
    unit: Floats
    naive: Floats
    scale: Floats
    series: "pd.Series[str]"
    chosen: npt.NDArray[np.object_]


@dataclass(frozen=True, kw_only=True, eq=False)
class Mixer:
    """The table with what it is read by. `trees` answers frames as `scaled` makes them, in units of the scale."""

    table: pd.DataFrame
    settings: Mapping[str, Any]
    trees: Callable[[pd.DataFrame], Floats] | None

    def __call__(self, frame: pd.DataFrame) -> Mixed:
        """The forecast of each row of `frame`; the fleet's row of the table answers for an unknown series."""
        asked, named = asked_of(frame, self.settings), names_of(frame, self.settings["series"])
        sizes = scale(asked.past, self.settings["season"], self.settings["least_scale"])
        places = self.table.index.get_indexer(pd.Index(named))
        unknown = places < 0
        places = np.where(unknown, self.table.index.get_indexer(pd.Index([FLEET]))[0], places).astype(np.int64)
        trees = None
        if self.trees is not None:
            trees = self.trees(scaled(frame, asked, sizes, self.settings)) * sizes
        forecast = mixed(self.table, places, asked, trees)
        lost = ~np.isfinite(forecast)
        forecast = np.where(lost, mean_of_newest(asked, mean_periods=asked.past.shape[1]), forecast)
        chosen = np.where(unknown, "unknown series: ", "") + self.table["chosen"].to_numpy(object)[places]
        return Mixed(
            forecast=np.maximum(forecast, 0.0) if self.settings["non_negative"] else forecast,
            unit=self.table["error"].to_numpy(float)[places] * sizes,
            naive=naive(asked),
            scale=sizes,
            series=named,
            chosen=np.where(lost, "mean: no candidate answered", chosen),
        )


def load(
    directory: Path, description: Mapping[str, Any], readers: Readers, encode: Encode
) -> Callable[[pd.DataFrame], Mapping[str, Any]]:
    """What answers a frame of the model's features, read from the `directory` of a version."""
    settings = json.loads((directory / SETTINGS_FILE).read_text())
    table = pd.read_parquet(directory / TABLE_FILE).set_index("series")
    mixer = Mixer(table=table, settings=settings, trees=_trees(directory, settings["trees"], readers, encode))
    calibration = description["calibration"]

    def answer(frame: pd.DataFrame) -> Mapping[str, Any]:
        found = mixer(frame)
        return {
            "forecast": found.forecast,
            **bounds(found, frame[settings["step"]].to_numpy(np.int64), calibration, settings["non_negative"]),
            "naive": found.naive,
            "scale": found.scale,
            "series": found.series.to_numpy(object),
            "chosen": found.chosen,
        }

    return answer


def bounds(found: Mixed, ahead: Ints, calibration: Mapping[str, Any], non_negative: bool) -> dict[str, Floats]:
    """Two ends per level: the forecast less and plus so many times the size of the series' errors, by step."""
    ends: dict[str, Floats] = {}
    for level, factors in zip(calibration["levels"], calibration["factors"], strict=True):
        width = np.asarray(factors)[np.clip(ahead, 1, len(factors)) - 1] * found.unit
        low = found.forecast - width
        ends[f"lo_{level}"] = np.maximum(low, 0.0) if non_negative else low
        ends[f"hi_{level}"] = found.forecast + width
    return ends


def _trees(
    directory: Path, saved: Mapping[str, Any] | None, readers: Readers, encode: Encode
) -> Callable[[pd.DataFrame], Floats] | None:
    """The model over all series, by the readers of the models that are served."""
    if saved is None:
        return None
    parts = [readers[name](directory) for name in saved["readers"]]

    def raw(frame: pd.DataFrame) -> Floats:
        matrix = encode(frame, saved["kinds"], saved["categories"])
        return np.asarray(np.mean([part(matrix) for part in parts], axis=0))

    return raw
