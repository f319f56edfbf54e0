"""Hold-out rows of months that neither version was fitted on: only these can compare the two. Pure."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.versions.lineage import Lineage


@dataclass(frozen=True, kw_only=True)
class Unseen:
    """Which hold-out rows neither version saw, and in words what the champion saw of the others; empty: nothing."""

    rows: npt.NDArray[np.bool_]
    because: str = ""


def unseen(event_times: pd.Series, champion: Lineage) -> Unseen:
    """The rows whose month the champion was not fitted on. The challenger saw none of its own hold-out."""
    months = pd.to_datetime(event_times).dt.to_period("M")
    first, last = (pd.Period(month, "M") for month in (champion.fitted_first_month, champion.fitted_last_month))
    saw = ((months >= first) & (months <= last)).to_numpy(bool)
    if not saw.any():
        return Unseen(rows=~saw)
    return Unseen(rows=~saw, because=f"it was fitted on {first}..{last}, which {int(saw.sum())} hold-out rows are of")


def unknown(rows: int, problem: str) -> Unseen:
    """Nothing is known to be unseen by a champion that does not say what it was fitted on."""
    return Unseen(rows=np.zeros(rows, dtype=bool), because=f"which months it was fitted on is unknown: {problem}")
