"""From the fits of a fleet to its forecasts, intervals, fall-backs and backtest."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.problems.forecasting import calendar
from ml.problems.forecasting.alike import Combined
from ml.problems.forecasting.combination import combine
from ml.problems.forecasting.fitted import Fitted
from ml.problems.forecasting.frequency import INTERMITTENT, Frequency
from ml.problems.forecasting.intervals import LEVELS, half_widths
from ml.problems.forecasting.panel import Columns, Series
from ml.problems.forecasting.table import Judged, judge, measured

Floats = npt.NDArray[np.float64]
COMBINATION = "combination"
# Series that are mostly zero have separate rows: sMAPE and OWA count a forecast above zero as completely wrong there.
_MOSTLY_ZERO = " (mostly zero)"


@dataclass(frozen=True, kw_only=True, eq=False)
class Outcome:
    """The result of `forecast`.

    Attributes:
        forecasts: one row per series and future step: id, time, `forecast`, two ends per level, `model`.
        backtest: one row per candidate, Naive2 and the combination, best OWA first.
        fallbacks: one row per finding about a series: its id and the reason.
    """

    forecasts: pd.DataFrame
    backtest: pd.DataFrame
    fallbacks: pd.DataFrame


def outcome(
    series: Sequence[Series], fits: Sequence[Fitted], columns: Columns, frequency: Frequency, horizon: int
) -> Outcome:
    """The complete result, from series and their fits in the same order."""
    values = [each.values for each in series]
    combined = [_never_empty(each, own) for each, own in zip(combine(fits, values), values, strict=True)]
    missed = [_missed(own, fit, each) for own, fit, each in zip(values, fits, combined, strict=True)]
    widths = _widths(missed, values, horizon)
    rows = zip(series, combined, widths, strict=True)
    return Outcome(
        forecasts=pd.concat([_rows(*each, columns, frequency) for each in rows], ignore_index=True),
        backtest=measured(_judged(values, fits, combined, missed, frequency)),
        fallbacks=pd.DataFrame(_findings(series, fits, combined), columns=[columns.id, "reason"]),
    )


def _never_empty(one: Combined, values: Floats) -> Combined:
    """If every candidate failed at the end, repeat the last value and give a reason."""
    if np.isfinite(one.forecast).all():
        return one
    last = np.full(len(one.forecast), values[-1])
    return replace(
        one, forecast=last, weights={"Naive": 1.0}, reason="no candidate answered: the last value is repeated"
    )


def _missed(values: Floats, fit: Fitted, one: Combined) -> Floats:
    """Truth - held-out forecast, shape (past origins that have one, horizon)."""
    horizon = len(one.forecast)
    truth = [values[origin : origin + horizon] for origin in fit.origins[:-1]]
    missed = (np.asarray(truth) - one.held_out) if truth else np.empty((0, horizon))
    return np.asarray(missed[np.isfinite(missed).all(axis=1)])


def _widths(missed: Sequence[Floats], values: Sequence[Floats], horizon: int) -> list[Floats]:
    """As `half_widths`; a series without a backtest gets the errors of a random walk with its own step size."""
    return half_widths([each if len(each) else _walk(own, horizon) for each, own in zip(missed, values, strict=True)])


def _walk(values: Floats, horizon: int) -> Floats:
    changes = np.diff(values) if len(values) > 1 else np.zeros(1)
    return np.asarray(np.sqrt(np.arange(1, horizon + 1)) * np.sqrt(np.mean(changes**2)))[None, :]


def _rows(series: Series, one: Combined, widths: Floats, columns: Columns, frequency: Frequency) -> pd.DataFrame:
    """The rows of one series. A series that was never below zero gets no bound below zero."""
    horizon = len(one.forecast)
    floor = 0.0 if series.values.min() >= 0 else -np.inf
    bounds: dict[str, Floats] = {}
    for level, width in zip(LEVELS, widths, strict=True):
        bounds[f"lo-{level}"] = np.maximum(one.forecast - width, floor)
        bounds[f"hi-{level}"] = one.forecast + width
    times = calendar.after(series.last, frequency, horizon)
    named = {columns.id: series.id, columns.time: times, "forecast": one.forecast}
    return pd.DataFrame(named | bounds | {"model": in_words(one)})


def in_words(one: Combined) -> str:
    """The candidates by weight: `0.60 AutoETS + 0.40 AutoCES`; a single one by its name."""
    ranked = sorted(one.weights.items(), key=lambda item: (-item[1], item[0]))
    return ranked[0][0] if len(ranked) == 1 else " + ".join(f"{weight:.2f} {name}" for name, weight in ranked)


def _findings(
    series: Sequence[Series], fits: Sequence[Fitted], combined: Sequence[Combined]
) -> list[tuple[object, str]]:
    found: list[tuple[object, str]] = []
    for each, fit, one in zip(series, fits, combined, strict=True):
        gaps = f"{each.filled:,} of {len(each.values):,} steps were missing, and filled from their neighbours"
        reasons = [gaps] if each.filled else []
        found += [(each.id, reason) for reason in (*reasons, *fit.reasons, one.reason) if reason]
    return found


def _judged(
    values: Sequence[Floats],
    fits: Sequence[Fitted],
    combined: Sequence[Combined],
    missed: Sequence[Floats],
    frequency: Frequency,
) -> list[Judged]:
    """One entry per series, past origin and forecaster; coverage uses widths from the other origins.

    A series with a single candidate is left out: there is nothing to compare.
    """
    found: list[Judged] = []
    horizon = len(combined[0].forecast)
    covering = _covering(missed)
    for at, (own, fit, one) in enumerate(zip(values, fits, combined, strict=True)):
        if len(fit.names) == 1:
            continue
        kind = _MOSTLY_ZERO if set(INTERMITTENT) <= set(fit.names) else ""
        for column, origin in enumerate(fit.origins[:-1]):
            history, truth = own[:origin], own[origin : origin + horizon]
            answers = dict(zip(fit.names, fit.forecasts[:, column], strict=True))
            widths = {COMBINATION: covering[at, column]} if (at, column) in covering else {}
            answers[COMBINATION] = one.held_out[column]
            judged = judge(truth, history, answers, frequency, widths)
            found += [replace(each, name=each.name + kind) for each in judged]
    return found


def _covering(missed: Sequence[Floats]) -> dict[tuple[int, int], Floats]:
    """The half widths by series and past origin, from the other origins alone; empty without other origins."""
    found: dict[tuple[int, int], Floats] = {}
    for column in range(max((len(each) for each in missed), default=0)):
        able = [at for at, each in enumerate(missed) if len(each) > max(1, column)]
        others = [np.delete(missed[at], column, axis=0) for at in able]
        if others:
            found |= {(at, column): each for at, each in zip(able, half_widths(others), strict=True)}
    return found
