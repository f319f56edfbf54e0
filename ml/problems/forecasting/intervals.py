"""Distribution-free (conformal) intervals from the backtest's errors, pooled over series in units of each series."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
LEVELS = (80, 95)
# Neighbouring steps on either side that share a quantile: a single step has few errors.
_NEIGHBOURS = 2


def spread(missed: Floats) -> float:
    """The size of the errors of one series, given in shape (origins, horizon): their root mean square."""
    return float(np.sqrt(np.mean(missed**2))) if missed.size else 0.0


def half_widths(missed: Sequence[Floats], levels: Sequence[int] = LEVELS) -> list[Floats]:
    """Per series shape (levels, horizon): the half widths of the intervals around its forecast.

    `missed` holds truth - forecast of each series at its past origins, shape (origins, horizon). Every origin is
    measured in units of the errors at the other origins of its series, as for the future; the level's quantile of those
    ratios, step by step and never decreasing, multiplies the unit.
    """
    units = [spread(each) for each in missed]
    ratios = [_ratios(each, unit) for each, unit in zip(missed, units, strict=True)]
    pooled = np.concatenate(ratios) if ratios else np.empty((0, 0))
    factors = np.stack([_factors(pooled, level / 100) for level in levels])
    return [unit * factors for unit in units]


def _ratios(missed: Floats, unit: float) -> Floats:
    """Absolute errors over the unit of the other origins; over the series' own with only one origin."""
    if unit == 0.0:
        return np.empty((0, missed.shape[1]))
    rest = [spread(np.delete(missed, origin, axis=0)) or unit for origin in range(len(missed))]
    return np.asarray(np.abs(missed) / np.asarray(rest)[:, None])


def _factors(ratios: Floats, share: float) -> Floats:
    """Shape (horizon,): the quantile with finite-sample correction, over neighbouring steps."""
    horizon = ratios.shape[1]
    if not len(ratios):
        return np.zeros(horizon)
    return factors_by_step(ratios.ravel(), np.tile(np.arange(horizon), len(ratios)), horizon, share)


def near(steps: npt.NDArray[np.int64], step: int) -> npt.NDArray[np.bool_]:
    """Which of `steps` share a quantile with `step`."""
    return np.asarray(np.abs(steps - step) <= _NEIGHBOURS)


def factors_by_step(ratios: Floats, steps: npt.NDArray[np.int64], horizon: int, share: float) -> Floats:
    """As `_factors`, for ratios of shape (rows,), each with its step from 0. Every step must have neighbours."""
    found = np.empty(horizon)
    for step in range(horizon):
        around = ratios[near(steps, step)]
        found[step] = np.quantile(around, min(1.0, share * (1 + 1 / len(around))))
    return np.asarray(np.maximum.accumulate(found))
