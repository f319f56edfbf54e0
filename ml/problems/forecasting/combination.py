"""From many forecasts of a series to one: weights follow from errors at rolling origins, in part from the fleet's.

How far the weights go (all alike, or the best alone; the series' own errors, or those of all series) is a rule. Of the
declared rules that one is taken which did best over all series at origins that its weights had not seen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
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
    most = max((each.shape[1] for each in missed), default=0)
    fleet, origin = _fleet(fits, missed, without=None), [_fleet(fits, missed, without=back) for back in range(most)]
    alike: dict[tuple[object, ...], list[int]] = {}
    for at, fit in enumerate(fits):
        alike.setdefault((fit.names, fit.forecasts.shape), []).append(at)
    groups = [_Alike.of(places, fits, values, missed, origin) for places in alike.values()]
    rule = _best_rule(groups)
    made = {at: one for group in groups for at, one in zip(group.places, group.combined(rule, fleet), strict=True)}
    return [made[at] for at in range(len(fits))], rule


def weights(scores: Floats, rule: Rule) -> Floats:
    """Shape (…, candidates), sum 1; a candidate without a score has none."""
    known = np.isfinite(scores)
    order = np.argsort(np.where(known, scores, np.inf), axis=-1, kind="stable")
    kept = (np.argsort(order, axis=-1) < rule.best) & known
    raw = np.where(kept, np.maximum(np.where(known, scores, 1.0), _LEAST_ERROR) ** -rule.power, 0.0)
    return _shares(raw)


def _shares(raw: Floats) -> Floats:
    """Shape (…, candidates), sum 1, or 0 if all are."""
    total = raw.sum(axis=-1, keepdims=True)
    return np.asarray(np.divide(raw, total, out=np.zeros_like(raw), where=total > 0))


def mixed(forecasts: Floats, weight: Floats, rule: Rule) -> Floats:
    """Shape (…, horizon): of forecasts (…, candidates, horizon); a missing one leaves its weight to the others."""
    kept = np.asarray((weight > 0) & np.isfinite(forecasts).all(axis=-1))
    if rule.median:
        ranked = np.sort(np.where(kept[..., None], forecasts, np.nan), axis=-2)
        count = np.maximum(kept.sum(axis=-1, keepdims=True), 1)[..., None]
        lower, upper = (np.take_along_axis(ranked, place, axis=-2) for place in ((count - 1) // 2, count // 2))
        return np.asarray((lower + upper)[..., 0, :] / 2)
    shares = _shares(np.where(kept, weight, 0.0))
    found = np.einsum("...c,...ch->...h", shares, np.where(kept[..., None], forecasts, 0.0))
    return np.asarray(np.where(kept.any(axis=-1, keepdims=True), found, np.nan))


def _mean_logs(own: Floats) -> Floats:
    """Shape (series, candidates): the mean log of errors (series, candidates, origins); NaN without any."""
    known = np.isfinite(own)
    logs = np.where(known, np.log(np.maximum(np.where(known, own, 1.0), _LEAST_ERROR)), 0.0)
    count = known.sum(axis=2)
    return np.asarray(
        np.divide(logs.sum(axis=2), count, out=np.full(count.shape, np.nan), where=count > 0), dtype=np.float64
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Alike:
    """Series with the same candidates and as many origins, so that one array holds them.

    `places`: in the fleet. `forecasts`: (series, candidates, origins and the end, horizon). `missed`: (series,
    candidates, origins). Held out, per origin: `logs` of the others (series, origins, candidates), the fleet's `theirs`
    (origins, candidates). `truth`: (series, origins, horizon).
    """

    names: Sequence[str]
    places: Sequence[int]
    forecasts: Floats
    missed: Floats
    logs: Floats
    theirs: Floats
    truth: Floats

    @classmethod
    def of(
        cls,
        places: Sequence[int],
        fits: Sequence[Fitted],
        values: Sequence[Floats],
        missed: Sequence[Floats],
        origin: Sequence[Mapping[str, float]],
    ) -> "_Alike":
        """Those at `places`; `origin`: the fleet's errors without one origin, counted from the newest."""
        names, horizon = fits[places[0]].names, fits[places[0]].forecasts.shape[2]
        own = np.stack([missed[at] for at in places])
        past = own.shape[2]
        others = [np.delete(own, column, axis=2) if past > 1 else np.ones_like(own) for column in range(past)]
        theirs = [[origin[past - 1 - column].get(name, 0.0) for name in names] for column in range(past)]
        none = np.empty((len(places), 0, len(names)))
        return cls(
            names=names,
            places=places,
            forecasts=np.stack([fits[at].forecasts for at in places]),
            missed=own,
            logs=np.stack([_mean_logs(each) for each in others], axis=1) if past else none,
            theirs=np.array(theirs).reshape(past, len(names)),
            truth=np.array(
                [[values[at][start : start + horizon] for start in fits[at].origins[:-1]] for at in places]
            ).reshape(len(places), past, horizon),
        )

    @property
    def past(self) -> Floats:
        """Shape (series, origins, candidates, horizon): what was forecast at past origins."""
        return np.swapaxes(self.forecasts[:, :, :-1], 1, 2)

    def held_out(self, rule: Rule) -> Floats:
        """Shape (series, origins, horizon): what the rule forecasts at each origin with weights from the others."""
        scores = np.exp(rule.own * self.logs + (1 - rule.own) * self.theirs)
        scores = np.where(np.isnan(self.past).any(axis=3), np.nan, scores)
        return mixed(self.past, weights(scores, rule), rule)

    def errors(self, rule: Rule) -> Floats:
        """Shape (series,): mean errors of that, in units of the median candidate's."""
        missed = np.abs(self.held_out(rule) - self.truth).mean(axis=2)
        found = np.divide(missed, self._middle, out=np.ones_like(missed), where=self._middle > 0)
        return np.asarray(np.nanmean(found, axis=1))

    @cached_property
    def _middle(self) -> Floats:
        """Shape (series, origins): the median candidate's mean error."""
        return np.asarray(np.nanmedian(np.abs(self.past - self.truth[:, :, None]).mean(axis=3), axis=2))

    def combined(self, rule: Rule, fleet: Mapping[str, float]) -> list[Combined]:
        """One forecast per series by the rule."""
        theirs = np.array([fleet.get(name, 0.0) for name in self.names])
        scores = np.ones(self.forecasts.shape[:2])
        if self.missed.shape[2]:
            scores = np.exp(rule.own * _mean_logs(self.missed) + (1 - rule.own) * theirs)
        ahead = self.forecasts[:, :, -1]
        # What fails now is not chosen, however well it did before.
        weight = weights(np.where(np.isnan(ahead).any(axis=2), np.nan, scores), rule)
        rows = zip(mixed(ahead, weight, rule), weight, self.held_out(rule), strict=True)
        return [
            Combined(
                forecast=forecast,
                weights={name: float(each) for name, each in zip(self.names, own, strict=True) if each > 0},
                held_out=held_out,
            )
            for forecast, own, held_out in rows
        ]


def _best_rule(groups: Sequence[_Alike]) -> Rule:
    """Of `RULES` the one with the smallest mean error at held-out origins, in units of the median candidate's."""
    judged = [each for each in groups if each.missed.shape[1] > 2 and each.missed.shape[2] > 1]
    if sum(len(each.places) for each in judged) < LEAST_SERIES:
        return DEFAULT

    def loss(rule: Rule) -> float:
        return float(np.concatenate([each.errors(rule) for each in judged]).mean())

    return min(RULES, key=loss)


def _fleet(fits: Sequence[Fitted], missed: Sequence[Floats], *, without: int | None) -> dict[str, float]:
    """By candidate the mean log error over all series; `without` one origin, counted from the newest."""
    gathered: dict[str, list[Floats]] = {}
    for fit, own in zip(fits, missed, strict=True):
        part = own[:, ::-1]
        part = part if without is None else np.delete(part, without, axis=1) if without < part.shape[1] else part
        for name, line in zip(fit.names, part, strict=True):
            gathered.setdefault(name, []).append(line)
    joined = {name: np.concatenate(lines) for name, lines in gathered.items()}
    known = {name: each[np.isfinite(each)] for name, each in joined.items()}
    return {name: float(np.log(np.maximum(each, _LEAST_ERROR)).mean()) for name, each in known.items() if len(each)}
