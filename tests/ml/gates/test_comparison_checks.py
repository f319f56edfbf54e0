"""The comparison gate's decision, on drawn hold-outs."""

import math
from dataclasses import replace

import numpy as np
import pytest

from ml.declarations import ComparisonGate
from ml.gates.comparison_checks import Contest, judge
from ml.gates.verdict import Verdict
from ml.records.gate_results import Decision

GATE = ComparisonGate(min_roc_auc=0.7, max_calibration_error=0.05, max_loss=0.0, resamples=200)
RNG = np.random.default_rng(11)
RISK = RNG.beta(1, 3, size=4000)
LABELS = (RNG.uniform(size=RISK.size) < RISK).astype(np.int64)
# The champion sees the risk through noise, so the truth is clearly better.
NOISY = np.clip(RISK + RNG.normal(0, 0.2, RISK.size), 0.01, 0.99)
CONTEST = Contest(version=2, labels=LABELS, challenger=RISK, champion_version=1, champion=NOISY)


def _judge(contest: Contest, gate: ComparisonGate = GATE) -> Verdict:
    return judge(contest, gate, threshold=0.5, seed=1)


def test_a_clearly_better_challenger_passes_with_its_interval_in_words() -> None:
    """The reason names the champion, the difference, the interval and the rows."""
    verdict = _judge(CONTEST)
    assert verdict.decision is Decision.PASS
    assert "ROC AUC differs from champion version 1 by +0." in verdict.reason
    assert "95% interval +0." in verdict.reason
    assert "over 4000 rows" in verdict.reason
    interval = verdict.inputs["interval"]
    assert isinstance(interval, dict)
    assert 0 < interval["lower"] < interval["difference"] < interval["upper"]


def test_the_worth_of_an_optional_source_is_reported_and_decides_nothing() -> None:
    """A source that costs ranking stands in reason and inputs; the verdict is that of the versions."""
    worth = "features of movements add -0.1000 ROC AUC, 95% interval -0.1200..-0.0800"
    verdict = judge(CONTEST, GATE, threshold=0.5, seed=1, optional_sources=[worth])
    assert verdict.decision is Decision.PASS
    assert worth in verdict.reason
    assert verdict.inputs["optional_sources"] == [worth]


def test_a_worse_challenger_fails() -> None:
    """The same rows the other way round; the absolute limits alone would pass."""
    verdict = _judge(
        Contest(version=2, labels=LABELS, challenger=NOISY, champion_version=1, champion=RISK),
        replace(GATE, max_calibration_error=1.0, min_roc_auc=0.5),
    )
    assert verdict.decision is Decision.FAIL
    assert "is under the limit 0" in verdict.reason


def test_an_equal_challenger_passes_since_it_loses_nothing() -> None:
    """The same scores: an interval of no width at zero."""
    verdict = _judge(replace(CONTEST, champion=RISK))
    assert verdict.decision is Decision.PASS


def test_a_small_loss_passes_only_where_it_is_allowed() -> None:
    """`max_loss` moves the bar."""
    worse = Contest(version=2, labels=LABELS, challenger=NOISY, champion_version=1, champion=RISK)
    lenient = replace(GATE, max_loss=0.2, max_calibration_error=1.0, min_roc_auc=0.5)
    assert _judge(worse, lenient).decision is Decision.PASS


def test_without_a_champion_only_the_absolute_limits_apply_and_the_reason_says_so() -> None:
    """The first version of a model."""
    verdict = _judge(replace(CONTEST, champion=None, champion_version=None))
    assert verdict.decision is Decision.PASS
    assert "no champion is live, so only the absolute limits apply" in verdict.reason
    assert verdict.inputs["interval"] is None


_ALONE = replace(CONTEST, champion=None, champion_version=None)


@pytest.mark.parametrize(
    ("contest", "reason"),
    [
        (
            Contest(version=2, labels=LABELS[:499], challenger=RISK[:499]),
            "hold-out rows 499 is under the limit 500",
        ),
        (Contest(version=2, labels=LABELS[:0], challenger=RISK[:0]), "hold-out rows 0 is under the limit 500"),
        (replace(_ALONE, labels=np.ones_like(LABELS)), "the hold-out holds one class only"),
        (replace(_ALONE, challenger=np.full(RISK.size, 0.25)), "ROC AUC 0.5 is under the limit 0.7"),
        (replace(_ALONE, challenger=RISK**0.5), "expected calibration error 0.2"),
        (replace(_ALONE, challenger=np.where(RISK > 0.9, math.nan, RISK)), "probabilities are NaN or outside 0..1"),
        (replace(CONTEST, champion=np.full(RISK.size, math.nan)), "4000 of 4000 probabilities are NaN"),
        (replace(CONTEST, champion=NOISY[:-1]), "two vectors of one length"),
    ],
)
def test_too_little_or_too_poor_fails_with_its_figures(contest: Contest, reason: str) -> None:
    """Few rows, one class, no ranking, no calibration, NaN on either side."""
    verdict = _judge(contest)
    assert verdict.decision is Decision.FAIL
    assert reason in verdict.reason


def test_a_seed_repeats_the_verdict_to_the_last_digit() -> None:
    """Nothing is drawn outside the seed."""
    assert _judge(CONTEST) == _judge(CONTEST)
