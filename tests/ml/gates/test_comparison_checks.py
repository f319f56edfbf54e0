"""The comparison gate's decision, on drawn hold-outs."""

import math
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from ml.declarations import (
    CALIBRATION_ERROR,
    COST,
    LOG_LOSS,
    ROC_AUC,
    Calendar,
    ComparisonGate,
    Costs,
    DeclarationError,
    Direction,
    Measure,
    MeasureRule,
    TrainingCause,
)
from ml.gates.comparison_checks import Contest, judge
from ml.gates.unseen import Unseen, unknown, unseen
from ml.gates.verdict import Verdict
from ml.problems.classification.binary import Binary
from ml.problems.classification.binary_judging import BinaryJudging
from ml.records.gate_results import Decision
from ml.usecases import use_case
from ml.versions.lineage import Lineage, read_lineage
from tests.ml.gates.made import TAGS

RANKING, LOSS = MeasureRule(measure=ROC_AUC, margin=0.005, limit=0.7), MeasureRule(measure=LOG_LOSS, margin=0.01)
CALIBRATION = MeasureRule(measure=CALIBRATION_ERROR, margin=0.03, limit=0.05)
GATE = ComparisonGate(
    measures=(RANKING, LOSS, CALIBRATION),
    must_improve={TrainingCause.MANUAL: ROC_AUC, TrainingCause.CALIBRATION: LOG_LOSS},
    resamples=200,
)
LENIENT = replace(GATE, measures=(replace(RANKING, margin=0.2, limit=0.5), replace(LOSS, margin=1.0)))
RNG = np.random.default_rng(11)
RISK = RNG.beta(1, 3, size=4000)
LABELS = (RNG.uniform(size=RISK.size) < RISK).astype(float)
# The champion sees the risk through noise, so the truth is clearly better.
NOISY = np.clip(RISK + RNG.normal(0, 0.2, RISK.size), 0.01, 0.99)


def _risk(probabilities: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame({"probability": probabilities})


JUDGING = BinaryJudging(problem=Binary(), gate=use_case("credit").models[0].gates.compliance)
CONTEST = Contest(version=2, truth=LABELS, challenger=_risk(RISK), champion_version=1, champion=_risk(NOISY))


LINEAGE = read_lineage("it", TAGS)


def _judge(contest: Contest, gate: ComparisonGate = GATE) -> Verdict:
    return judge(contest, gate, replace(JUDGING, costs=gate.costs), seed=1)


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
    verdict = judge(CONTEST, GATE, JUDGING, seed=1, optional_sources=[worth])
    assert verdict.decision is Decision.PASS
    assert worth in verdict.reason
    assert verdict.inputs["optional_sources"] == [worth]


WORSE = Contest(version=2, truth=LABELS, challenger=_risk(NOISY), champion_version=1, champion=_risk(RISK))
SCHEDULED = TrainingCause.SCHEDULE


def test_a_worse_challenger_fails() -> None:
    """The same rows the other way round, by any rule; the absolute limits alone would pass."""
    gate = replace(GATE, measures=(replace(RANKING, limit=0.5), LOSS))
    verdict = _judge(WORSE, gate)
    assert verdict.decision is Decision.FAIL
    assert "trained for manual, it must be better by more than chance, and is worse" in verdict.reason
    verdict = _judge(replace(WORSE, cause=SCHEDULED), gate)
    assert verdict.decision is Decision.FAIL
    assert "worse by more than the margin 0.005" in verdict.reason


def test_an_equal_challenger_passes_if_it_renews_and_fails_if_it_is_a_new_idea() -> None:
    """The same scores: an interval of no width at zero."""
    equal = replace(CONTEST, champion=_risk(RISK))
    assert _judge(replace(equal, cause=SCHEDULED)).decision is Decision.PASS
    assert _judge(replace(equal, cause=TrainingCause.DRIFT)).decision is Decision.PASS
    verdict = _judge(equal)
    assert verdict.decision is Decision.FAIL
    assert "these rows detect an improvement from about" in verdict.reason


def test_a_small_loss_passes_only_if_it_is_allowed() -> None:
    """`margin` moves the bar."""
    assert _judge(replace(WORSE, cause=SCHEDULED), LENIENT).decision is Decision.PASS


def test_a_retraining_for_calibration_that_mends_it_passes_though_it_ranks_as_before() -> None:
    """The champion ranks exactly as well and says too much; for any other cause but a renewal that is no reason."""
    shifted = replace(CONTEST, champion=_risk(RISK**0.5), cause=TrainingCause.CALIBRATION)
    verdict = _judge(shifted)
    assert verdict.decision is Decision.PASS
    assert "trained for calibration, it must be better by more than chance, and is" in verdict.reason
    assert _judge(replace(shifted, cause=TrainingCause.MANUAL)).decision is Decision.FAIL


def test_few_rows_cannot_tell_of_a_renewed_model_whether_it_is_worse() -> None:
    """600 rows of two versions that differ as two seeds do: unknown, which releases nothing."""
    rng = np.random.default_rng(3)
    ours, theirs = (np.clip(RISK[:600] + rng.normal(0, 0.08, 600), 0.01, 0.99) for _ in range(2))
    few = Contest(
        version=2,
        truth=LABELS[:600],
        challenger=_risk(ours),
        champion_version=1,
        champion=_risk(theirs),
        cause=SCHEDULED,
    )
    verdict = _judge(few, replace(GATE, measures=(RANKING, LOSS)))
    assert verdict.decision is Decision.UNKNOWN
    assert "too few rows to decide whether it is worse" in verdict.reason


def _fitted_until(last: date) -> Lineage:
    return replace(LINEAGE, fitted_last_period=last)


# 1,000 rows of each period from January 2025 on.
EVENTS = pd.Series([date(2025, month, 15) for month in (1, 2, 3, 4) for _ in range(1000)])


def test_only_periods_that_neither_version_was_fitted_on_compare_them() -> None:
    """A champion fitted up to February knows the answers of those months: the other two decide, and are said."""
    knows = np.where(np.arange(4000) < 2000, np.clip(LABELS, 0.01, 0.99), NOISY)
    seen = unseen(EVENTS, _fitted_until(date(2025, 2, 1)), Calendar())
    contest = replace(CONTEST, champion=_risk(knows))
    assert _judge(contest).decision is Decision.FAIL
    verdict = _judge(replace(contest, unseen=seen))
    assert verdict.decision is Decision.PASS
    assert "over 2000 rows" in verdict.reason


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        (
            unseen(EVENTS, _fitted_until(date(2025, 4, 1)), Calendar()),
            "it was fitted on 2023-01..2025-04, which contains 4000 hold-out rows; 0 rows are from periods",
        ),
        (unknown(4000, "tags are missing"), "the periods it was fitted on are unknown: tags are missing; 0 rows"),
    ],
)
def test_a_champion_that_saw_all_of_the_hold_out_cannot_be_compared(seen: Unseen, words: str) -> None:
    """Unknown, which releases nothing, and it says why."""
    verdict = _judge(replace(CONTEST, unseen=seen))
    assert verdict.decision is Decision.UNKNOWN
    assert f"cannot compare with champion version 1: {words}" in verdict.reason


def test_a_champion_of_older_periods_saw_nothing() -> None:
    """All rows compare, and no period is named."""
    seen = unseen(EVENTS, _fitted_until(date(2024, 12, 1)), Calendar())
    assert (int(seen.rows.sum()), seen.because) == (4000, "")


def test_money_decides_if_costs_are_declared() -> None:
    """At 0.5, a missed default costs five refused good clients: the truth saves over a champion that sees noise."""
    gate = replace(
        GATE,
        measures=(MeasureRule(measure=COST, margin=0.01),),
        must_improve={TrainingCause.MANUAL: COST},
        costs=Costs(false_positive=1, false_negative=5),
    )
    verdict = _judge(replace(CONTEST, champion=_risk(np.full(RISK.size, 0.1))), gate)
    assert verdict.decision is Decision.PASS
    assert "cost differs from champion version 1 by -" in verdict.reason
    interval = verdict.inputs["interval"]
    assert isinstance(interval, dict)
    chosen = RISK >= 0.5
    assert interval["difference"] == pytest.approx(
        ((chosen & (LABELS == 0)).sum() - 5 * (chosen & (LABELS == 1)).sum()) / 4000
    )


def test_a_measure_that_cannot_be_measured_is_named() -> None:
    """A problem's measure that nothing computes: refused with what there is."""
    lift = Measure(name="lift", title="lift", better=Direction.HIGHER)
    verdict = _judge(CONTEST, ComparisonGate(measures=(MeasureRule(measure=lift, margin=0.1),)))
    assert verdict.decision is Decision.FAIL
    assert "the gate judges ['lift'], which this problem cannot measure" in verdict.reason


def test_every_figure_is_recorded_with_its_interval_and_its_power() -> None:
    """Of the challenger by itself and of the pair, by the measure's name."""
    inputs = _judge(CONTEST).inputs
    estimates, pairs, power = inputs["estimates"], inputs["pairs"], inputs["power"]
    assert isinstance(estimates, dict)
    assert isinstance(pairs, dict)
    assert isinstance(power, dict)
    names = {"roc_auc", "log_loss", "expected_calibration_error"}
    assert set(estimates) == set(pairs) == set(power) == names
    assert all(found["lower"] <= found["value"] <= found["upper"] for found in estimates.values())
    assert 0 < power["roc_auc"]["shows_improvement_from"] < 0.05
    assert 0 < power["roc_auc"]["equal_passes"] < 1


def test_the_reason_says_what_the_rows_can_show_and_how_often_they_were_asked() -> None:
    """Judged for the fifth time, one of five equal ideas seems better in 12 of 100 cases; a renewal needs no luck."""
    verdict = judge(CONTEST, GATE, JUDGING, seed=1, holdout_uses=5)
    assert "these rows detect an improvement of ROC AUC from about 0.0" in verdict.reason
    assert "5 versions were judged on these periods: by luck alone, one appears better" in verdict.reason
    assert "appears better in 12%" in verdict.reason
    assert verdict.inputs["holdout_uses"] == 5
    renewed = judge(replace(CONTEST, cause=SCHEDULED), GATE, JUDGING, seed=1, holdout_uses=5)
    assert "of equally good renewals" in renewed.reason
    assert "by luck" not in renewed.reason


def test_all_mistakes_of_a_declared_gate_are_named_at_once() -> None:
    """No margin, a name twice, an improvement of what is not judged, money without costs, a confidence over 1."""
    with pytest.raises(DeclarationError) as raised:
        ComparisonGate(
            measures=(replace(RANKING, margin=0.0), RANKING, MeasureRule(measure=COST, margin=1.0)),
            must_improve={TrainingCause.MANUAL: LOG_LOSS},
            confidence=1.0,
        )
    assert list(raised.value.problems) == [
        "measures ['roc_auc', 'roc_auc', 'cost'] repeat a name: keep one of each",
        "margin of roc_auc is 0.0: give more than 0",
        "must_improve names ['log_loss'], which it does not judge: add them to measures",
        "it judges cost, but no costs are declared: give costs",
        "confidence 1.0 is outside 0.5..1 (exclusive)",
    ]


def test_without_a_champion_only_the_absolute_limits_apply_and_the_reason_says_so() -> None:
    """The first version of a model."""
    verdict = _judge(replace(CONTEST, champion=None, champion_version=None))
    assert verdict.decision is Decision.PASS
    assert "no champion is live, so only the absolute limits apply" in verdict.reason
    assert verdict.inputs["interval"] is None


@pytest.mark.parametrize("cause", TrainingCause)
@pytest.mark.parametrize("rows", [88, 300, 442])
def test_a_few_hundred_rows_release_nothing_whatever_they_seem_to_show(rows: int, cause: TrainingCause) -> None:
    """The truth against noise, noise against the truth, and no champion: unknown, by luck none goes live."""
    few = {"truth": LABELS[:rows], "cause": cause, "version": 2}
    pairs = [(RISK[:rows], NOISY[:rows]), (NOISY[:rows], RISK[:rows])]
    contests = [
        Contest(**few, challenger=_risk(ours), champion_version=1, champion=_risk(theirs)) for ours, theirs in pairs
    ]
    contests.append(Contest(**few, challenger=_risk(RISK[:rows])))
    assert {_judge(contest).decision for contest in contests} == {Decision.UNKNOWN}


def test_a_smaller_hold_out_that_is_allowed_tells_worse_from_better_seldom_by_luck() -> None:
    """88 rows, if 80 are declared enough: of 60 new versions that are as good, 2 pass as better by more than chance."""
    rng, gate = (
        np.random.default_rng(7),
        replace(GATE, measures=(replace(RANKING, limit=None), LOSS), min_holdout_rows=80),
    )
    passed = 0
    for start in range(0, 60 * 50, 50):
        rows = slice(start, start + 88)
        ours, theirs = (np.clip(RISK[rows] + rng.normal(0, 0.1, len(RISK[rows])), 0.01, 0.99) for _ in range(2))
        contest = Contest(
            version=2, truth=LABELS[rows], challenger=_risk(ours), champion_version=1, champion=_risk(theirs)
        )
        passed += _judge(contest, gate).decision is Decision.PASS
    assert passed <= 3


_ALONE = replace(CONTEST, champion=None, champion_version=None)


@pytest.mark.parametrize(
    ("contest", "reason"),
    [
        (
            Contest(version=2, truth=LABELS[:499], challenger=_risk(RISK[:499])),
            "hold-out rows 499 is under the limit 500: too few to decide",
        ),
        (Contest(version=2, truth=LABELS[:0], challenger=_risk(RISK[:0])), "hold-out rows 0 is under the limit 500"),
        (replace(_ALONE, truth=np.ones_like(LABELS)), "the hold-out has only one class"),
    ],
)
def test_too_little_to_tell_is_unknown_with_its_figures(contest: Contest, reason: str) -> None:
    """Few rows, one class: nothing failed, and nothing is released."""
    verdict = _judge(contest)
    assert verdict.decision is Decision.UNKNOWN
    assert reason in verdict.reason


@pytest.mark.parametrize(
    ("contest", "reason"),
    [
        (replace(_ALONE, challenger=_risk(np.full(RISK.size, 0.25))), "ROC AUC 0.5 is under the limit 0.7"),
        (replace(_ALONE, challenger=_risk(RISK**0.5)), "expected calibration error 0.2"),
        (
            replace(_ALONE, challenger=_risk(np.where(RISK > 0.9, math.nan, RISK))),
            "probabilities are NaN or outside 0..1",
        ),
        (replace(CONTEST, champion=_risk(np.full(RISK.size, math.nan))), "4000 of 4000 probabilities are NaN"),
        (replace(CONTEST, champion=_risk(NOISY[:-1])), "two vectors of one length"),
    ],
)
def test_what_is_poor_or_broken_fails_with_its_figures(contest: Contest, reason: str) -> None:
    """No ranking, no calibration, NaN on either side."""
    verdict = _judge(contest)
    assert verdict.decision is Decision.FAIL
    assert reason in verdict.reason


def _alone(rows: int, rule: MeasureRule, challenger: np.ndarray = RISK) -> Verdict:
    first = replace(_ALONE, truth=LABELS[:rows], challenger=_risk(challenger[:rows]))
    return _judge(first, replace(GATE, measures=(rule,), must_improve={}, min_holdout_rows=100))


def test_a_calibration_limit_allows_for_the_noise_of_few_rows() -> None:
    """500 rows of the truth itself: over 0.02 by no more than chance, which is said, with the interval."""
    verdict = _alone(500, replace(CALIBRATION, limit=0.03))
    assert verdict.decision is Decision.PASS
    assert "is over the limit 0.03 (95% interval" in verdict.reason
    assert "could be chance" in verdict.reason


def test_a_calibration_limit_that_chance_alone_breaks_cannot_tell() -> None:
    """150 rows: chance alone may be three times the limit, so a pass would say nothing."""
    verdict = _alone(150, replace(CALIBRATION, limit=0.03))
    assert verdict.decision is Decision.UNKNOWN
    assert "too few rows to decide" in verdict.reason


def test_a_value_beyond_a_limit_within_its_interval_cannot_be_told() -> None:
    """ROC AUC of the truth is 0.74: against a limit of 0.75, 500 rows cannot tell, and 4,000 against 0.8 can."""
    few = _alone(500, replace(RANKING, limit=0.75))
    assert few.decision is Decision.UNKNOWN
    assert "is under the limit 0.75 (95% interval 0." in few.reason
    assert _alone(4000, replace(RANKING, limit=0.8)).decision is Decision.FAIL


def test_a_seed_repeats_the_verdict_to_the_last_digit() -> None:
    """Nothing is drawn outside the seed."""
    assert _judge(CONTEST) == _judge(CONTEST)
