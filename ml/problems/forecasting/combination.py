"""Combining a series' forecasts into one: weights come from errors at rolling origins, partly from the fleet's."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ml.problems.forecasting.alike import Alike, Combined
from ml.problems.forecasting.fitted import Fitted
from ml.problems.forecasting.rule import LEAST_ERROR

Floats = npt.NDArray[np.float64]


def errors(fit: Fitted, values: Floats) -> Floats:
    """Shape (candidates, past origins): mean absolute errors relative to the median candidate at that origin."""
    past = len(fit.origins) - 1
    found = np.full((len(fit.names), past), np.nan)
    for column, origin in enumerate(fit.origins[:-1]):
        truth = values[origin : origin + fit.forecasts.shape[2]]
        missed = np.abs(fit.forecasts[:, column] - truth).mean(axis=1)
        known = missed[np.isfinite(missed)]
        middle = float(np.median(known)) if len(known) else 0.0
        found[:, column] = missed / middle if middle > 0 else np.where(np.isfinite(missed), 1.0, np.nan)
    return found


def combine(fits: Sequence[Fitted], values: Sequence[Floats]) -> list[Combined]:
    """One forecast per series."""
    missed = [errors(fit, each) for fit, each in zip(fits, values, strict=True)]
    most = max((each.shape[1] for each in missed), default=0)
    fleet, origin = _fleet(fits, missed, without=None), [_fleet(fits, missed, without=back) for back in range(most)]
    alike: dict[tuple[object, ...], list[int]] = {}
    for at, fit in enumerate(fits):
        alike.setdefault((fit.names, fit.forecasts.shape), []).append(at)
    groups = [Alike.of(places, fits, missed, origin) for places in alike.values()]
    made = {at: one for group in groups for at, one in zip(group.places, group.combined(fleet), strict=True)}
    return [made[at] for at in range(len(fits))]


def _fleet(fits: Sequence[Fitted], missed: Sequence[Floats], *, without: int | None) -> dict[str, float]:
    """The mean log error over all series by candidate; `without`: leave out one origin, counted from the newest."""
    gathered: dict[str, list[Floats]] = {}
    for fit, own in zip(fits, missed, strict=True):
        part = own[:, ::-1]
        part = part if without is None else np.delete(part, without, axis=1) if without < part.shape[1] else part
        for name, line in zip(fit.names, part, strict=True):
            gathered.setdefault(name, []).append(line)
    joined = {name: np.concatenate(lines) for name, lines in gathered.items()}
    known = {name: each[np.isfinite(each)] for name, each in joined.items()}
    return {name: float(np.log(np.maximum(each, LEAST_ERROR)).mean()) for name, each in known.items() if len(each)}
