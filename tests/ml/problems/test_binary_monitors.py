"""ROC AUC with its error, calibration beyond chance, and their verdicts."""

import math

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from ml.declarations.monitored import AREA, CALIBRATION, OUTCOME_RATE
from ml.problems.classification.binary_monitors import (
    RANKING,
    CalibrationError,
    OutcomeRate,
    area,
    calibration_noise,
)
from ml.problems.finding import Finding, Verdict
from ml.problems.monitor import Answered, Bounds, Figure

HOLDOUT = Figure(value=0.80, error=0.006, rows=6000)
CHANCE = 0.001


def _judged(period: Figure, holdout: Figure = HOLDOUT) -> Verdict:
    return RANKING.judge(period, Bounds(limit=AREA.limit, chance=CHANCE, promised=holdout)).verdict


def _calibration(labels: np.ndarray, probabilities: np.ndarray) -> list[Finding]:
    """Calibration error, then outcome rate."""
    answers = pd.DataFrame({"probability": probabilities})
    rows = Answered(truth=labels.astype(float), answers=answers, groups=pd.DataFrame(index=answers.index))
    return [
        *CalibrationError().measure(rows, Bounds(limit=CALIBRATION.limit, chance=CHANCE)),
        *OutcomeRate().measure(rows, Bounds(limit=OUTCOME_RATE.limit, chance=CHANCE)),
    ]


def _period(rows: int, seed: int, noise: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Labels drawn from a true probability, and a score that sees it through `noise`."""
    random = np.random.default_rng(seed)
    log_odds = random.normal(-1.3, 1.2, size=rows)
    labels = (random.random(rows) < 1 / (1 + np.exp(-log_odds))).astype(int)
    return labels, 1 / (1 + np.exp(-(log_odds + random.normal(0, noise, size=rows))))


def test_auc_is_sklearns() -> None:
    """The value by ranks is the value by pairs, ties included."""
    labels, scores = _period(500, 1)
    rounded = scores.round(1)
    assert area(labels, rounded).value == pytest.approx(roc_auc_score(labels, rounded), abs=1e-12)


def test_auc_error_is_the_spread_over_periods() -> None:
    """The standard error of one period tells how far 400 periods lie apart, within a tenth."""
    measured = [area(*_period(800, seed)) for seed in range(400)]
    spread = np.std([each.value for each in measured])
    assert np.mean([each.error for each in measured]) == pytest.approx(spread, rel=0.1)


@pytest.mark.parametrize("labels", [[0, 0, 0], [1, 1, 1], [1, 0, 0], []])
def test_auc_of_too_few_positives_or_negatives_is_unknown(labels: list[int]) -> None:
    """One class, or a single row of one, has no error."""
    assert math.isnan(area(labels, [0.5] * len(labels)).error)


@pytest.mark.parametrize(
    ("value", "error", "rows", "verdict"),
    [
        (0.80, 0.018, 1000, Verdict.OK),
        (0.85, 0.018, 1000, Verdict.OK),
        (0.76, 0.018, 1000, Verdict.OK),
        (0.745, 0.018, 1000, Verdict.WARN),
        (0.70, 0.018, 1000, Verdict.BREACH),
        (0.74, 0.002, 90_000, Verdict.BREACH),
        (0.77, 0.002, 90_000, Verdict.OK),
        (0.70, 0.060, 200, Verdict.UNKNOWN),
        (0.50, 0.060, 200, Verdict.BREACH),
        (math.nan, math.nan, 300, Verdict.UNKNOWN),
    ],
)
def test_auc_verdicts(value: float, error: float, rows: int, verdict: Verdict) -> None:
    """A breach is larger than the limit and than chance; too few rows to tell is unknown; small and certain is ok."""
    assert _judged(Figure(value=value, error=error, rows=rows)) is verdict


def test_auc_without_a_holdout_is_unknown() -> None:
    """Nothing to compare with."""
    assert _judged(HOLDOUT, Figure()) is Verdict.UNKNOWN


def test_a_calibrated_period_is_within_its_noise() -> None:
    """Outcomes drawn from the probabilities themselves exceed the bound of 1 in 1,000 in none of 100 periods."""
    random = np.random.default_rng(2)
    for _ in range(100):
        probabilities = random.beta(1, 3, size=600)
        labels = (random.random(600) < probabilities).astype(int)
        assert [found.verdict for found in _calibration(labels, probabilities)] == [Verdict.OK, Verdict.OK]


def test_probabilities_twice_too_high_are_a_breach() -> None:
    """Both measures of calibration see it, and the reason names both rates."""
    random = np.random.default_rng(3)
    truth = random.beta(1, 5, size=2000)
    labels = (random.random(2000) < truth).astype(int)
    error, rate = _calibration(labels, np.clip(2 * truth, 0, 1))
    assert (error.verdict, rate.verdict) == (Verdict.BREACH, Verdict.BREACH)
    assert rate.value == pytest.approx(labels.mean())
    assert "was predicted" in rate.reason


def test_fewer_rows_mean_more_noise() -> None:
    """The bound falls with the square root of the rows."""
    probabilities = np.full(4000, 0.2)
    ratio = calibration_noise(probabilities[:1000], 0.001) / calibration_noise(probabilities, 0.001)
    assert ratio == pytest.approx(2.0, rel=0.15)
