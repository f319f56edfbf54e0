"""Monitors of binary answers in a period with known outcomes."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from ml.declarations import Direction, Limits
from ml.declarations.monitored import AREA, CALIBRATION, OUTCOME_RATE, Monitored
from ml.evaluation.metrics import Labels, Probabilities, checked, expected_calibration_error
from ml.problems.figures import calibration, share
from ml.problems.finding import Finding, around, at_most
from ml.problems.monitor import AgainstHoldout, Answered, Bounds, Figure, Monitor

RETRAINS = False

_PROBABILITY = "probability"
_RESAMPLES = 400
_SEED = 1


def area(labels: npt.ArrayLike, probabilities: npt.ArrayLike) -> Figure:
    """ROC AUC with the standard error of DeLong, DeLong & Clarke-Pearson 1988, by ranks as in Sun & Xu 2014.

    Both are NaN if a class has fewer than two rows.
    """
    truth, scores = checked(labels, probabilities)
    positive, negative = scores[truth == 1], scores[truth == 0]
    if min(positive.size, negative.size) < 2:
        return Figure(rows=int(truth.size))
    ranks = stats.rankdata(np.concatenate([positive, negative]))
    # Share of the other class that each row ranks above; ties count half.
    won = (ranks[: positive.size] - stats.rankdata(positive)) / negative.size
    lost = 1 - (ranks[positive.size :] - stats.rankdata(negative)) / positive.size
    variance = won.var(ddof=1) / positive.size + lost.var(ddof=1) / negative.size
    return Figure(value=float(won.mean()), error=math.sqrt(variance), rows=int(truth.size))


def _area(rows: Answered) -> Figure:
    return area(rows.truth, rows.answers[_PROBABILITY])


RANKING = AgainstHoldout(
    declared=AREA, better=Direction.HIGHER, figure=_area, unmeasurable="the known outcomes are of one class only"
)


@dataclass(frozen=True, kw_only=True)
class CalibrationError(Monitor):
    """Expected calibration error over ten bins of equal count, beyond a calibrated model's error by chance."""

    declared: Monitored = CALIBRATION

    def measure(self, period: Answered, bounds: Bounds) -> list[Finding]:
        """One finding for the whole period."""
        labels, probabilities = _checked(period)
        warn, act = bounds.margins
        figure = calibration(labels.astype(float), probabilities)
        found = at_most(
            self.kind,
            self.name,
            "",
            expected_calibration_error(labels, probabilities),
            Limits(warn=warn, act=act),
            rows=int(labels.size),
            noise=calibration_noise(probabilities, bounds.chance),
        )
        return [figure.on(found)]


@dataclass(frozen=True, kw_only=True)
class OutcomeRate(Monitor):
    """The rate of the outcome around the mean probability.

    Noise: outcomes are drawn from their probabilities, so the rate's variance is sum(p (1 - p)) / rows**2; the
    two-sided normal bound.
    """

    declared: Monitored = OUTCOME_RATE

    def measure(self, period: Answered, bounds: Bounds) -> list[Finding]:
        """One finding for the whole period."""
        labels, probabilities = _checked(period)
        return [rate_finding(self.name, "", labels, probabilities, bounds)]


def rate_finding(metric: str, column: str, happened: Labels, probabilities: Probabilities, bounds: Bounds) -> Finding:
    """A finding for an observed rate around the rate expected from its probabilities."""
    rows = int(happened.size)
    observed, predicted = float(happened.mean()), float(probabilities.mean())
    spread = math.sqrt(float((probabilities * (1 - probabilities)).sum())) / rows
    noise = float(stats.norm.isf(bounds.chance / 2)) * spread
    warn, act = (max(margin, noise) for margin in bounds.margins)
    said = f"{observed:.3f} came true, {predicted:.3f} was predicted"
    found = around(metric, column, observed, predicted, (warn, act), rows=rows, said=said)
    return share(happened.astype(float)).on(found)


def _checked(period: Answered) -> tuple[Labels, Probabilities]:
    return checked(period.truth, period.answers[_PROBABILITY])


def calibration_noise(probabilities: Probabilities, chance: float) -> float:
    """The calibration error that a perfectly calibrated model exceeds with probability `chance` on these rows.

    Outcomes are drawn from the probabilities (parametric bootstrap); the tail comes from a gamma distribution with the
    same mean and spread, since such a rare quantile would need many more draws. A sum of absolute gaps is less skewed
    to the right than that gamma, so the bound errs on the safe side.
    """
    random = np.random.default_rng(_SEED)
    parts = np.array_split(np.sort(probabilities), min(10, probabilities.size))
    errors = np.zeros(_RESAMPLES)
    for part in parts:
        drawn = (random.random((_RESAMPLES, part.size)) < part).mean(axis=1)
        errors += np.abs(drawn - part.mean()) * part.size / probabilities.size
    mean, variance = float(errors.mean()), float(errors.var())
    return float(stats.gamma.isf(chance, mean**2 / variance, scale=variance / mean)) if variance > 0 else mean
