"""Mixing the candidates of each row's series by the table."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from .asked import Asked, Floats, Ints, asked_of, naive, names_of, scale
from .candidates import CANDIDATES, HINTS, NAMES, TREES, mean_of_newest, weight

# The row of the table for series without their own row.
FLEET = ""


def scaled(frame: pd.DataFrame, asked: Asked, sizes: Floats, settings: Mapping[str, Any]) -> pd.DataFrame:
    """`frame` for the model over all series: the past and the hints divided by the scale of the series."""
    past = pd.DataFrame(asked.past[:, ::-1] / sizes[:, None], columns=settings["history"], index=frame.index)
    hints = pd.DataFrame({name: hint(asked) / sizes for name, hint in HINTS.items()}, index=frame.index)
    found: pd.DataFrame = pd.concat([frame.drop(columns=settings["history"]), past, hints], axis=1)
    return found


def mixed(table: pd.DataFrame, places: Ints, asked: Asked, trees: Floats | None) -> Floats:
    """The weighted sum of the candidates, each with the parameters of the row's series.

    `places`: each row's row in `table`. `trees`: the forecast of the model over all series; None: there is none.
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
    """The table with its settings. `trees` answers frames from `scaled`, in units of the scale."""

    table: pd.DataFrame
    settings: Mapping[str, Any]
    trees: Callable[[pd.DataFrame], Floats] | None

    def __call__(self, frame: pd.DataFrame) -> Mixed:
        """The forecast of each row of `frame`; an unknown series uses the fleet's row of the table."""
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
