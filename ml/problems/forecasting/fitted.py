"""The forecasts of a series' candidates, at past origins and at the end."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Fitted:
    """The candidates' forecasts for one series.

    Attributes:
        origins: number of steps before each origin; the last is the whole history.
        names: names of the candidates.
        forecasts: shape (candidates, origins, horizon); a candidate that failed at an origin has NaN there.
        reasons: why a candidate failed, or why the series has only the fall-back.
    """

    origins: tuple[int, ...]
    names: tuple[str, ...]
    forecasts: Floats
    reasons: tuple[str, ...]
