"""Hold-out rows of periods that neither version was fitted on: only these can compare the two. Pure."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.declarations import Calendar
from ml.versions.lineage import Lineage


@dataclass(frozen=True, kw_only=True)
class Unseen:
    """Which hold-out rows neither version saw, and in words what the champion saw of the others; empty: nothing."""

    rows: npt.NDArray[np.bool_]
    because: str = ""


def unseen(event_times: pd.Series, champion: Lineage, calendar: Calendar) -> Unseen:
    """The rows whose period the champion was not fitted on. The challenger saw none of its own hold-out."""
    first, last = champion.fitted_first_period, champion.fitted_last_period
    known = event_times.drop_duplicates()
    fitted_on = known[known.map(calendar.start).between(first, last)]
    saw = event_times.isin(fitted_on).to_numpy(bool)
    if not saw.any():
        return Unseen(rows=~saw)
    fitted = f"{calendar.named(first)}..{calendar.named(last)}"
    return Unseen(rows=~saw, because=f"it was fitted on {fitted}, which {int(saw.sum())} hold-out rows are of")


def unknown(rows: int, problem: str) -> Unseen:
    """Nothing is known to be unseen by a champion that does not say what it was fitted on."""
    return Unseen(rows=np.zeros(rows, dtype=bool), because=f"which periods it was fitted on is unknown: {problem}")
