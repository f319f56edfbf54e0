"""Hold-out rows from periods that neither version was fitted on: only these can compare the two. Pure."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.declarations import Calendar
from ml.versions.lineage import Lineage


@dataclass(frozen=True, kw_only=True)
class Unseen:
    """The hold-out rows that neither version saw, and in words which others the champion saw; empty: none."""

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
    return Unseen(rows=~saw, because=f"it was fitted on {fitted}, which contains {int(saw.sum())} hold-out rows")


def unknown(rows: int, problem: str) -> Unseen:
    """No row counts as unseen if the champion does not record the periods it was fitted on."""
    return Unseen(rows=np.zeros(rows, dtype=bool), because=f"the periods it was fitted on are unknown: {problem}")
