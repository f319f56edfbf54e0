"""Trying every variant of every candidate at past origins, in groups of series.

A finished group is kept, so that a training which was killed tries only the series of the other groups again.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from ml.problems.forecasting.rolled import Rolled
from ml.problems.forecasting.served import CANDIDATES, LIBRARY, Floats
from ml.problems.kept_arrays import Arrays, KeptArrays

# The parameter grid per series: the usual range of smoothing (Hyndman and Athanasopoulos, "Forecasting", chapter 8);
# 0.8 to 0.98 for damping (section 8.2); 0.1 to 0.2 for intermittent demand (Syntetos and Boylan 2005).
_ALPHAS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.7)
VARIANTS: Mapping[str, Sequence[tuple[float, ...]]] = {
    "naive": ((),),
    "mean": ((4,), (8,), (13,), (26,), (52,)),
    "seasonal_mean": ((),),
    "smoothing": tuple((alpha,) for alpha in _ALPHAS),
    "damped_trend": tuple(product((0.2, 0.5), (0.05, 0.2), (0.8, 0.95))),
    "theta": ((0.1,), (0.3,), (0.5,)),
    "croston": ((0.1,), (0.2,)),
    "tsb": ((0.1, 0.05), (0.1, 0.1), (0.2, 0.1)),
    "inner_naive": ((),),
    "two_seasons": ((0.3,), (0.6,), (0.9,)),
}
# The arrays of so many series with their rows fit into a processor's cache. With models of statsforecast, a group takes
# a minute or two.
SERIES_A_GROUP = 32


@dataclass(frozen=True, kw_only=True, eq=False)
class Tries:
    """By candidate.

    Attributes:
        errors: shape (series, variants): mean squared errors in the scale of the series; NaN without rows.
        forecasts: shape (rows,), only of models of statsforecast, which would take long to fit again.
    """

    errors: Mapping[str, Floats]
    forecasts: Mapping[str, Floats]


def variants(name: str) -> Sequence[tuple[float, ...]]:
    """The parameters to try for the candidate `name`; models of statsforecast have none."""
    return VARIANTS.get(name, ((),))


def tries(rolled: Rolled, names: Sequence[str], kept: KeptArrays) -> Tries:
    """Try the candidates `names` on every series. Groups in `kept` are not tried again."""
    errors: dict[str, list[Floats]] = {name: [] for name in names}
    forecasts = {name: np.full(len(rolled.truth), np.nan) for name in names if name in LIBRARY}
    known = 0
    for first in range(0, len(rolled.names), SERIES_A_GROUP):
        last = first + SERIES_A_GROUP
        rows = np.flatnonzero((rolled.series >= first) & (rolled.series < last))
        group = rolled.among(rows, first, last)
        key = _key(group, names)
        found = kept.read(key)
        if found is None:
            found = tried(group, names)
            kept.write(key, found)
        else:
            known += len(group.names)
        for name in names:
            errors[name].append(found[_errors(name)])
        for name, values in forecasts.items():
            values[rows] = found[_forecasts(name)]
    if known:
        print(f"{known} of {len(rolled.names)} series were fitted on these periods before, the others now")
    return Tries(errors={name: np.concatenate(each) for name, each in errors.items()}, forecasts=forecasts)


def tried(group: Rolled, names: Sequence[str]) -> Arrays:
    """The arrays of one group of series."""
    found: dict[str, Floats] = {}
    for name in names:
        make, columns = CANDIDATES[name]
        forecasts = [make(group.asked, **dict(zip(columns, each, strict=True))) for each in variants(name)]
        found[_errors(name)] = np.column_stack([group.mean(group.squared(each)) for each in forecasts])
        if name in LIBRARY:
            (found[_forecasts(name)],) = forecasts
    return found


def _errors(name: str) -> str:
    return f"errors_{name}"


def _forecasts(name: str) -> str:
    return f"forecasts_{name}"


def _key(group: Rolled, names: Sequence[str]) -> str:
    """A hash of the group's rows and of what is tried."""
    asked = group.asked
    told = (list(group.names), [(name, variants(name)) for name in names], asked.past.shape, asked.season, asked.inner)
    digest = hashlib.sha256(repr(told).encode())
    for each in (group.series, asked.past, asked.ahead, group.scale, group.truth):
        digest.update(np.ascontiguousarray(each).tobytes())
    return digest.hexdigest()
