"""How good the live version was in a month whose outcomes are known. Pure."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from ml.declarations import Monitoring
from ml.evaluation.metrics import Labels, Probabilities, checked, expected_calibration_error
from ml.monitoring.metric import Finding, Kind, Verdict, at_most, unknown

METRICS = ("roc_auc", "expected_calibration_error", "outcome_rate")
_RESAMPLES = 400
_SEED = 1


@dataclass(frozen=True, kw_only=True)
class Auc:
    """ROC AUC and its standard error; both NaN where a class has fewer than two rows."""

    value: float
    error: float
    rows: int


def auc(labels: npt.ArrayLike, probabilities: npt.ArrayLike) -> Auc:
    """ROC AUC with the standard error of DeLong, DeLong & Clarke-Pearson 1988, by ranks as in Sun & Xu 2014."""
    truth, scores = checked(labels, probabilities)
    positive, negative = scores[truth == 1], scores[truth == 0]
    if min(positive.size, negative.size) < 2:
        return Auc(value=math.nan, error=math.nan, rows=int(truth.size))
    ranks = stats.rankdata(np.concatenate([positive, negative]))
    # Share of the other class that each row beats, ties counting half.
    won = (ranks[: positive.size] - stats.rankdata(positive)) / negative.size
    lost = 1 - (ranks[positive.size :] - stats.rankdata(negative)) / positive.size
    variance = won.var(ddof=1) / positive.size + lost.var(ddof=1) / negative.size
    return Auc(value=float(won.mean()), error=math.sqrt(variance), rows=int(truth.size))


def auc_finding(month: Auc, holdout: Auc, limits: Monitoring) -> Finding:
    """The month's AUC against the hold-out's: a breach is a drop beyond the limit and beyond what chance explains.

    Both errors enter, at the one-sided chance `false_alarms_per_month`. A month too small to show even a severe
    drop is `unknown` rather than `ok`.
    """
    if not math.isfinite(month.value):
        return unknown(Kind.PERFORMANCE, "roc_auc", "", month.rows, "the known outcomes are of one class only")
    if not math.isfinite(holdout.value):
        return unknown(Kind.PERFORMANCE, "roc_auc", "", month.rows, "the hold-out has no AUC to compare with")
    drop = holdout.value - month.value
    by_chance = float(stats.norm.isf(limits.false_alarms_per_month)) * math.hypot(month.error, holdout.error)
    margin = max(limits.max_auc_drop, by_chance)
    told = f"{month.value:.3f} +- {1.96 * month.error:.3f} against {holdout.value:.3f} on the hold-out"
    if drop > margin:
        verdict, said = Verdict.BREACH, f"{told}; {drop:.3f} below, more than {margin:.3f} is a breach"
    elif by_chance > limits.severe_auc_drop:
        verdict, said = Verdict.UNKNOWN, f"{told}; too few rows to tell a drop of {limits.severe_auc_drop} from chance"
    elif drop > limits.max_auc_drop:
        verdict, said = Verdict.WARN, f"{told}; {drop:.3f} below, which chance alone may explain (to {by_chance:.3f})"
    else:
        verdict, said = Verdict.OK, f"{told}; a drop of {margin:.3f} would be a breach"
    return Finding(
        kind=Kind.PERFORMANCE,
        metric="roc_auc",
        column="",
        value=month.value,
        verdict=verdict,
        reason=said,
        rows=month.rows,
        threshold_low=holdout.value - margin,
        reference_value=holdout.value,
    )


def calibration(labels: Labels, probabilities: Probabilities, limits: Monitoring) -> list[Finding]:
    """Expected calibration error, and the outcome's rate against the predicted one, each beyond chance."""
    rows, chance = int(labels.size), limits.false_alarms_per_month
    noise = calibration_noise(probabilities, chance)
    error = expected_calibration_error(labels, probabilities)
    predicted, observed = float(probabilities.mean()), float(labels.mean())
    spread = math.sqrt(float((probabilities * (1 - probabilities)).sum())) / rows
    gap_noise = float(stats.norm.isf(chance / 2)) * spread
    gap = at_most(
        Kind.PERFORMANCE,
        "outcome_rate",
        "",
        abs(observed - predicted),
        limits.outcome_rate_gap,
        rows=rows,
        noise=gap_noise,
    )
    margin = gap.threshold_high or limits.outcome_rate_gap.act
    return [
        at_most(
            Kind.PERFORMANCE,
            "expected_calibration_error",
            "",
            error,
            limits.calibration_error,
            rows=rows,
            noise=noise,
        ),
        Finding(
            kind=Kind.PERFORMANCE,
            metric="outcome_rate",
            column="",
            value=observed,
            verdict=gap.verdict,
            reason=f"{observed:.3f} came true, {predicted:.3f} was predicted; a gap above {margin:.3f} is a breach",
            rows=rows,
            threshold_low=predicted - margin,
            threshold_high=predicted + margin,
            reference_value=predicted,
        ),
    ]


def calibration_noise(probabilities: Probabilities, chance: float) -> float:
    """The calibration error that a perfectly calibrated model exceeds with probability `chance` on these rows.

    Outcomes are drawn from the probabilities themselves (parametric bootstrap); the tail is that of a gamma of the
    same mean and spread, since so rare a quantile would need many more draws. A sum of absolute gaps is skewed to
    the right, less than that gamma, so the bound errs on the safe side.
    """
    random = np.random.default_rng(_SEED)
    parts = np.array_split(np.sort(probabilities), min(10, probabilities.size))
    errors = np.zeros(_RESAMPLES)
    for part in parts:
        drawn = (random.random((_RESAMPLES, part.size)) < part).mean(axis=1)
        errors += np.abs(drawn - part.mean()) * part.size / probabilities.size
    mean, variance = float(errors.mean()), float(errors.var())
    return float(stats.gamma.isf(chance, mean**2 / variance, scale=variance / mean)) if variance > 0 else mean
