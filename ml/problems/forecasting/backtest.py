"""Rolling origins: each candidate forecasts from several past origins and from the end, and sees only earlier values.

With known columns each candidate also forecasts what they leave unexplained: a further candidate, with `KNOWN` in its
name. Origins are one horizon apart, so that no step is judged twice; the last one is one horizon before the end.
"""

import warnings
from collections.abc import Mapping, Sequence

import numpy as np

from ml.problems.forecasting.candidates import CANDIDATES, Candidate
from ml.problems.forecasting.closed import at_rest, open_steps
from ml.problems.forecasting.effects import explained
from ml.problems.forecasting.fitted import Fitted, Floats
from ml.problems.forecasting.frequency import INTERMITTENT, OVER_ALL, Frequency

# By series, as `Series.known`.
Known = Sequence[Floats | None]
# Behind the name of a candidate that uses the known columns.
KNOWN = " (known)"
# Minimum steps before an origin; fewer show nothing about a candidate.
_LEAST_HISTORY = 8
# Share of zeros outside closed places from which a series counts as intermittent demand.
_MOSTLY_ZERO = 0.4
# A forecast beyond this many ranges of the history has diverged.
_RANGES = 3.0


def origins(steps: int, horizon: int, most: int) -> tuple[int, ...]:
    """At most `most` past origins, oldest first, and the end."""
    past = [steps - horizon * back for back in range(most, 0, -1)]
    return (*(origin for origin in past if origin >= max(_LEAST_HISTORY, horizon)), steps)


def chosen(values: Floats, frequency: Frequency) -> tuple[Sequence[str], str]:
    """Names of the candidates for this series, and the reason if they differ from the frequency's list."""
    if (values == values[0]).all():
        return ("Naive",), "every value is the same: the last one is repeated"
    if (values >= 0).all() and (open_steps(values, frequency.seasons) == 0).mean() >= _MOSTLY_ZERO:
        return INTERMITTENT, ""
    return tuple(name for name in frequency.candidates if name not in OVER_ALL), ""


def fit(
    values: Floats,
    horizon: int,
    frequency: Frequency,
    candidates: Mapping[str, Candidate] = CANDIDATES,
    known: Floats | None = None,
) -> Fitted:
    """Fit every candidate at every origin. A failure becomes a reason and never ends the run.

    `known` has shape (steps + horizon, columns). At an origin only its rows until the end of that horizon are used.
    """
    at = origins(len(values), horizon, frequency.origins)
    names, why = chosen(values, frequency)
    if len(at) == 1 and not why:
        names, why = ("Naive",), f"{len(values)} steps are too few for a backtest of {horizon}: the last is repeated"
    reasons = [why] if why else []
    uses_known = known is not None and not why and names is not INTERMITTENT
    labels = (*names, *(name + KNOWN for name in names)) if uses_known else tuple(names)
    forecasts = np.full((len(labels), len(at), horizon), np.nan)
    # Origin by origin: candidates that need the same seasonal decomposition share it.
    for column, origin in enumerate(at):
        effects = [np.zeros(origin + horizon)]
        if known is not None and uses_known:
            effects.append(explained(values[:origin], known[: origin + horizon], frequency))
        asked = [(name, effect) for effect in effects for name in names]
        for row, (name, effect) in enumerate(asked):
            try:
                forecasts[row, column] = ahead(candidates[name], values[:origin], horizon, frequency, effect)
            except Exception as error:  # noqa: BLE001 - libraries raise any error, and the other series continue
                reasons.append(f"{labels[row]} at step {origin}: {type(error).__name__}: {error}"[:200])
    return Fitted(origins=at, names=labels, forecasts=forecasts, reasons=tuple(reasons))


def fit_chunk(chunk: Sequence[Floats], horizon: int, frequency: Frequency, known: Known | None = None) -> list[Fitted]:
    """The fits of a few series, in a worker."""
    given = known or [None] * len(chunk)
    return [fit(values, horizon, frequency, known=own) for values, own in zip(chunk, given, strict=True)]


def ahead(
    candidate: Candidate, history: Floats, horizon: int, frequency: Frequency, effect: Floats | None = None
) -> Floats:
    """A forecast in the unit of `history`, fitted on values of about 1. Raises ValueError if it diverged.

    `effect`: shape (steps + horizon,), taken from the history and added to the forecast.
    """
    size, steps = float(np.abs(history).mean()) or 1.0, len(history)
    part = np.zeros(steps + horizon) if effect is None else effect
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        forecast = candidate((history - part[:steps]) / size, horizon, frequency) * size
    return kept_near(forecast + part[steps:], history, frequency)


def kept_near(forecast: Floats, history: Floats, frequency: Frequency) -> Floats:
    """Non-negative series stay non-negative, closed places stay closed. Raises ValueError if the forecast diverged."""
    low, high = history.min(), history.max()
    room = _RANGES * (high - low)
    if not np.isfinite(forecast).all() or (forecast < low - room).any() or (forecast > high + room).any():
        raise ValueError("the forecast ran away from the history")
    if low >= 0:
        forecast = np.maximum(forecast, 0.0)
    return np.asarray(np.where(at_rest(history, frequency.seasons, len(forecast)), low, forecast))
