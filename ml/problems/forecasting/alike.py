"""Combining forecasts of series with equal candidates and origins together, in one array. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ml.problems.forecasting.fitted import Fitted
from ml.problems.forecasting.rule import LEAST_ERROR, mixed, rule_of, weights

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Combined:
    """One series.

    Attributes:
        forecast: shape (horizon,).
        weights: by candidate; they sum to 1.
        held_out: shape (past origins, horizon): the forecast at each origin with weights from the other origins.
        reason: why the series fell back to one candidate, or empty.
    """

    forecast: Floats
    weights: Mapping[str, float]
    held_out: Floats
    reason: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class Alike:
    """Series with the same candidates and the same number of origins, so that one array holds them.

    `places`: positions in the fleet. `forecasts`: (series, candidates, origins and the end, horizon). `missed`:
    (series, candidates, origins). Held out, per origin: `logs` of the other origins (series, origins, candidates), the
    fleet's `theirs` (origins, candidates).
    """

    names: Sequence[str]
    places: Sequence[int]
    forecasts: Floats
    missed: Floats
    logs: Floats
    theirs: Floats

    @classmethod
    def of(
        cls,
        places: Sequence[int],
        fits: Sequence[Fitted],
        missed: Sequence[Floats],
        origin: Sequence[Mapping[str, float]],
    ) -> "Alike":
        """The series at `places`; `origin`: the fleet's errors without one origin, counted from the newest."""
        names = fits[places[0]].names
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
        )

    @property
    def past(self) -> Floats:
        """Shape (series, origins, candidates, horizon): the forecasts at past origins."""
        return np.swapaxes(self.forecasts[:, :, :-1], 1, 2)

    @property
    def held_out(self) -> Floats:
        """Shape (series, origins, horizon): the forecast at each origin with weights from the other origins."""
        rule = rule_of(max(0, self.missed.shape[2] - 1) * self.forecasts.shape[3])
        scores = np.exp(rule.own * self.logs + (1 - rule.own) * self.theirs)
        scores = np.where(np.isnan(self.past).any(axis=3), np.nan, scores)
        return mixed(self.past, weights(scores, rule))

    def combined(self, fleet: Mapping[str, float]) -> list[Combined]:
        """One forecast per series; `fleet`: the mean log error of each candidate over all series."""
        rule = rule_of(self.missed.shape[2] * self.forecasts.shape[3])
        theirs = np.array([fleet.get(name, 0.0) for name in self.names])
        scores = np.ones(self.forecasts.shape[:2])
        if self.missed.shape[2]:
            scores = np.exp(rule.own * _mean_logs(self.missed) + (1 - rule.own) * theirs)
        ahead = self.forecasts[:, :, -1]
        # A candidate that fails now is not chosen, however good it was before.
        weight = weights(np.where(np.isnan(ahead).any(axis=2), np.nan, scores), rule)
        rows = zip(mixed(ahead, weight), weight, self.held_out, strict=True)
        return [
            Combined(
                forecast=forecast,
                weights={name: float(each) for name, each in zip(self.names, own, strict=True) if each > 0},
                held_out=held_out,
            )
            for forecast, own, held_out in rows
        ]


def _mean_logs(own: Floats) -> Floats:
    """Shape (series, candidates): the mean log of errors (series, candidates, origins); NaN without any."""
    known = np.isfinite(own)
    logs = np.where(known, np.log(np.maximum(np.where(known, own, 1.0), LEAST_ERROR)), 0.0)
    count = known.sum(axis=2)
    return np.asarray(
        np.divide(logs.sum(axis=2), count, out=np.full(count.shape, np.nan), where=count > 0), dtype=np.float64
    )
