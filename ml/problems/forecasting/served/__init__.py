"""The served forecast: a table with one row per series gives the weights of the candidates.

A version contains a copy of this folder, which the served model runs, so it imports only itself from `ml`, by relative
names. Beside the copy are `series.json` (names and lengths), `series.parquet` (the table), `totals.parquet` if there is
a hierarchy, and the fitted model over all series.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from .asked import Asked, Floats, Ints, asked_of, naive, names_of, scale
from .candidates import (
    CANDIDATES,
    HINTS,
    NAMES,
    OF_TWO_SEASONS,
    TREES,
    croston,
    damped_trend,
    inner_naive,
    mean_of_newest,
    seasonal_mean,
    smoothing,
    theta,
    tsb,
    two_seasons,
    weight,
)
from .library import LIBRARY
from .mixer import FLEET, Mixed, Mixer, mixed, scaled

__all__ = [
    "CANDIDATES",
    "FLEET",
    "HINTS",
    "LIBRARY",
    "NAMES",
    "OF_TWO_SEASONS",
    "SETTINGS_FILE",
    "TABLE_FILE",
    "TOTALS_FILE",
    "TREES",
    "Asked",
    "Floats",
    "Ints",
    "Mixed",
    "Mixer",
    "asked_of",
    "bounds",
    "croston",
    "damped_trend",
    "inner_naive",
    "load",
    "mean_of_newest",
    "mixed",
    "naive",
    "names_of",
    "scale",
    "scaled",
    "seasonal_mean",
    "smoothing",
    "theta",
    "tsb",
    "two_seasons",
    "weight",
]

SETTINGS_FILE, TABLE_FILE = "series.json", "series.parquet"
# With a hierarchy, the same for the totals.
TOTALS_FILE = "totals.parquet"
Encode = Callable[[pd.DataFrame, Mapping[str, str], Mapping[str, Sequence[str]]], Floats]
Readers = Mapping[str, Callable[[Path], Callable[[Floats], Floats]]]


def load(
    directory: Path, description: Mapping[str, Any], readers: Readers, encode: Encode
) -> Callable[[pd.DataFrame], Mapping[str, Any]]:
    """The scoring function for frames of the model's features, read from the `directory` of a version."""
    settings = json.loads((directory / SETTINGS_FILE).read_text())
    mixer = Mixer(
        table=_table(directory), settings=settings, trees=_trees(directory, settings["trees"], readers, encode)
    )
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
    """Two ends per level: the forecast minus and plus a factor per step times the size of the series' errors."""
    ends: dict[str, Floats] = {}
    for level, factors in zip(calibration["levels"], calibration["factors"], strict=True):
        width = np.asarray(factors)[np.clip(ahead, 1, len(factors)) - 1] * found.unit
        low = found.forecast - width
        ends[f"lo_{level}"] = np.maximum(low, 0.0) if non_negative else low
        ends[f"hi_{level}"] = found.forecast + width
    return ends


def _table(directory: Path) -> pd.DataFrame:
    """The rows of series, and of totals whose names no series has."""
    table = pd.read_parquet(directory / TABLE_FILE).set_index("series")
    if not (directory / TOTALS_FILE).is_file():
        return table
    totals = pd.read_parquet(directory / TOTALS_FILE).set_index("series")
    return pd.concat([table, totals[~totals.index.isin(table.index)]])


def _trees(
    directory: Path, saved: Mapping[str, Any] | None, readers: Readers, encode: Encode
) -> Callable[[pd.DataFrame], Floats] | None:
    """The model over all series, loaded with the readers of served models."""
    if saved is None:
        return None
    parts = [readers[name](directory) for name in saved["readers"]]

    def raw(frame: pd.DataFrame) -> Floats:
        matrix = encode(frame, saved["kinds"], saved["categories"])
        return np.asarray(np.mean([part(matrix) for part in parts], axis=0))

    return raw
