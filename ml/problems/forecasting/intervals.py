"""Intervals from what the backtest missed, without a distribution (conformal), pooled over series in their own unit."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
LEVELS = (80, 95)
# Neighbouring steps that share a quantile, either side: a single step has few errors.
_NEIGHBOURS = 2


def spread(missed: Floats) -> float:
    """The size of the errors of one series, shape (origins, horizon): their root mean square."""
    return float(np.sqrt(np.mean(missed**2))) if missed.size else 0.0


def half_widths(missed: Sequence[Floats], levels: Sequence[int] = LEVELS) -> list[Floats]:
    """Of each series shape (levels, horizon): how far to go either side of its forecast.

    `missed` holds truth - forecast of each series at its past origins, shape (origins, horizon). Every origin is seen
    in the unit of the errors at the other origins of its series, as the future will be; of those ratios the quantile of
    the level, step by step and never falling, is what the unit is multiplied by.
    """
    units = [spread(each) for each in missed]
    ratios = [_ratios(each, unit) for each, unit in zip(missed, units, strict=True)]
    pooled = np.concatenate(ratios) if ratios else np.empty((0, 0))
    factors = np.stack([_factors(pooled, level / 100) for level in levels])
    return [unit * factors for unit in units]


def _ratios(missed: Floats, unit: float) -> Floats:
    """Absolute errors over the unit of the other origins; over the series' own if there is one origin alone."""
    if unit == 0.0:
        return np.empty((0, missed.shape[1]))
    rest = [spread(np.delete(missed, origin, axis=0)) or unit for origin in range(len(missed))]
    return np.asarray(np.abs(missed) / np.asarray(rest)[:, None])


def _factors(ratios: Floats, share: float) -> Floats:
    """Shape (horizon,): the quantile with the correction for a finite sample, over neighbouring steps."""
    horizon = ratios.shape[1]
    if not len(ratios):
        return np.zeros(horizon)
    return factors_by_step(ratios.ravel(), np.tile(np.arange(horizon), len(ratios)), horizon, share)


def near(steps: npt.NDArray[np.int64], step: int) -> npt.NDArray[np.bool_]:
    """Which of `steps` share a quantile with `step`."""
    return np.asarray(np.abs(steps - step) <= _NEIGHBOURS)


def factors_by_step(ratios: Floats, steps: npt.NDArray[np.int64], horizon: int, share: float) -> Floats:
    """As `_factors`, of ratios of shape (rows,), each of its step from 0 on. Every step must have neighbours."""
    found = np.empty(horizon)
    for step in range(horizon):
        around = ratios[near(steps, step)]
        found[step] = np.quantile(around, min(1.0, share * (1 + 1 / len(around))))
    return np.asarray(np.maximum.accumulate(found))
