"""From many forecasts of a series to one: weights follow from errors at rolling origins, in part from the fleet's.

How far the weights go (all alike, or the best alone; the series' own errors, or those of all series) is a rule. Of the
declared rules that one is taken which did best over all series at origins that its weights had not seen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

from ml.problems.forecasting.fitted import Fitted

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """How errors become weights.

    Attributes:
        own: share of the series' own errors; the rest are the fleet's.
        power: a candidate with half the error weighs 2 ** power as much.
        best: how many candidates stay.
        median: the median of those that stay, in place of their weighted mean.
    """

    own: float
    power: float
    best: int
    median: bool = False


RULES: Sequence[Rule] = (
    *(
        Rule(own=own, power=power, best=best)
        for own, power, best in product((0.0, 0.25, 0.5, 0.75, 1.0), (1.0, 2.0, 4.0), (3, 5, 12))
    ),
    *(Rule(own=own, power=0.0, best=best, median=True) for own, best in product((0.0, 0.5), (3, 5, 12))),
)
# For a few series, whose errors could choose any rule.
DEFAULT = Rule(own=1.0, power=2.0, best=5)
LEAST_SERIES = 20
# An error of zero would weigh without end.
_LEAST_ERROR = 1e-3


@dataclass(frozen=True, kw_only=True, eq=False)
class Combined:
    """One series.

    Attributes:
        forecast: shape (horizon,).
        weights: by candidate; they sum to 1.
        held_out: shape (past origins, horizon): what the rule forecast at each origin with weights from the others.
        reason: why the series fell back to one candidate, or nothing.
    """

    forecast: Floats
    weights: Mapping[str, float]
    held_out: Floats
    reason: str = ""


def errors(fit: Fitted, values: Floats) -> Floats:
    """Shape (candidates, past origins): mean absolute errors, over the median candidate's at that origin."""
    past = len(fit.origins) - 1
    found = np.full((len(fit.names), past), np.nan)
    for column, origin in enumerate(fit.origins[:-1]):
        truth = values[origin : origin + fit.forecasts.shape[2]]
        missed = np.abs(fit.forecasts[:, column] - truth).mean(axis=1)
        known = missed[np.isfinite(missed)]
        middle = float(np.median(known)) if len(known) else 0.0
        found[:, column] = missed / middle if middle > 0 else np.where(np.isfinite(missed), 1.0, np.nan)
    return found


def combine(fits: Sequence[Fitted], values: Sequence[Floats]) -> tuple[list[Combined], Rule]:
    """One forecast per series, and the rule that made them."""
    missed = [errors(fit, each) for fit, each in zip(fits, values, strict=True)]
    fleet = _fleet(fits, missed, without=None)
    most = max((each.shape[1] for each in missed), default=0)
    origin = [_fleet(fits, missed, without=back) for back in range(most)]
    rule = _best_rule(fits, values, missed, origin)
    return [_one(fit, own, rule, fleet, origin) for fit, own in zip(fits, missed, strict=True)], rule


def _best_rule(
    fits: Sequence[Fitted], values: Sequence[Floats], missed: Sequence[Floats], origin: Sequence[Mapping[str, float]]
) -> Rule:
    """Of `RULES` the one with the smallest mean error at held-out origins, in units of the median candidate's."""
    judged = [index for index, each in enumerate(missed) if each.shape[0] > 2 and each.shape[1] > 1]
    if len(judged) < LEAST_SERIES:
        return DEFAULT

    def loss(rule: Rule) -> float:
        return float(np.mean([_held_out_error(fits[at], values[at], missed[at], rule, origin) for at in judged]))

    return min(RULES, key=loss)


def weights(scores: Floats, rule: Rule) -> Floats:
    """Shape (candidates,), sum 1; a candidate without a score has none."""
    known = np.isfinite(scores)
    kept = np.zeros(len(scores), dtype=bool)
    kept[np.argsort(np.where(known, scores, np.inf), kind="stable")[: rule.best]] = True
    kept &= known
    raw = np.where(kept, np.maximum(np.where(known, scores, 1.0), _LEAST_ERROR) ** -rule.power, 0.0)
    return np.asarray(raw / raw.sum()) if raw.sum() > 0 else raw


def mixed(forecasts: Floats, weight: Floats, rule: Rule) -> Floats:
    """Shape (horizon,): of forecasts (candidates, horizon); one that is missing leaves its weight to the others."""
    kept = (weight > 0) & np.isfinite(forecasts).all(axis=1)
    if not kept.any():
        return np.full(forecasts.shape[1], np.nan)
    if rule.median:
        return np.asarray(np.median(forecasts[kept], axis=0))
    return np.asarray(weight[kept] @ forecasts[kept] / weight[kept].sum())


def _scores(own: Floats, names: Sequence[str], fleet: Mapping[str, float], rule: Rule) -> Floats:
    """Shape (candidates,): the geometric mean of the series' own errors (candidates, origins) and the fleet's."""
    logs = np.log(np.maximum(own, _LEAST_ERROR))
    mine = np.array([line[np.isfinite(line)].mean() if np.isfinite(line).any() else np.nan for line in logs])
    theirs = np.array([fleet.get(name, 0.0) for name in names])
    return np.asarray(np.exp(rule.own * mine + (1 - rule.own) * theirs))


def _fleet(fits: Sequence[Fitted], missed: Sequence[Floats], *, without: int | None) -> dict[str, float]:
    """By candidate the mean log error over all series; `without` one origin, counted from the newest."""
    gathered: dict[str, list[float]] = {}
    for fit, own in zip(fits, missed, strict=True):
        columns = [back for back in range(own.shape[1]) if back != without]
        part = own[:, ::-1][:, columns]
        for name, line in zip(fit.names, part, strict=True):
            gathered.setdefault(name, []).extend(np.log(np.maximum(line[np.isfinite(line)], _LEAST_ERROR)))
    return {name: float(np.mean(each)) for name, each in gathered.items() if each}


def _held_out(fit: Fitted, own: Floats, rule: Rule, origin: Sequence[Mapping[str, float]]) -> Floats:
    """Shape (past origins, horizon)."""
    past = own.shape[1]
    found = np.full((past, fit.forecasts.shape[2]), np.nan)
    for column in range(past):
        others = np.delete(own, column, axis=1) if past > 1 else np.ones_like(own)
        score = _scores(others, fit.names, origin[past - 1 - column], rule)
        score[np.isnan(fit.forecasts[:, column]).any(axis=1)] = np.nan
        found[column] = mixed(fit.forecasts[:, column], weights(score, rule), rule)
    return found


def _held_out_error(
    fit: Fitted, values: Floats, own: Floats, rule: Rule, origin: Sequence[Mapping[str, float]]
) -> float:
    forecasts = _held_out(fit, own, rule, origin)
    horizon = forecasts.shape[1]
    found = []
    for column, start in enumerate(fit.origins[:-1]):
        truth = values[start : start + horizon]
        middle = np.nanmedian(np.abs(fit.forecasts[:, column] - truth).mean(axis=1))
        found.append(np.abs(forecasts[column] - truth).mean() / middle if middle > 0 else 1.0)
    return float(np.nanmean(found))


def _one(
    fit: Fitted, own: Floats, rule: Rule, fleet: Mapping[str, float], origin: Sequence[Mapping[str, float]]
) -> Combined:
    score = _scores(own, fit.names, fleet, rule) if own.shape[1] else np.ones(len(fit.names))
    # What fails now is not chosen, however well it did before.
    score[np.isnan(fit.forecasts[:, -1]).any(axis=1)] = np.nan
    weight = weights(score, rule)
    forecast = mixed(fit.forecasts[:, -1], weight, rule)
    named = {name: float(each) for name, each in zip(fit.names, weight, strict=True) if each > 0}
    return Combined(forecast=forecast, weights=named, held_out=_held_out(fit, own, rule, origin))
