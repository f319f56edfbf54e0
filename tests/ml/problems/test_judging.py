"""What the gates ask of every problem: figures to compare by, signs of a leak, and how groups are treated."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from ml.declarations import LeakLimits, MeasureRule, ProblemType, TrainingCause
from ml.evaluation.leaks import concordance, importance
from ml.evaluation.metrics import roc_auc
from ml.gates.comparison_checks import Contest, judge
from ml.gates.leak_checks import LeakSigns, Repeats, leak_checks
from ml.problems.judging import Judging
from ml.problems.registry import judging_of
from ml.records.gate_results import Decision
from tests.ml.problems.made import BINARY, MULTICLASS, PROBLEMS, REGRESSION, gates, model

ROWS = 3000
RNG = np.random.default_rng(4)
SCORE = RNG.normal(0, 1, ROWS)
NOISE = RNG.normal(0, 0.7, ROWS)
each_problem = pytest.mark.parametrize("declared", PROBLEMS, ids=lambda problem: problem.name)


def _judging(declared: ProblemType) -> Judging:
    return judging_of(model(declared))


def _labels(declared: ProblemType) -> pd.Series:
    """What came true: the score and noise, as a yes or no, one of three, or a value around 100."""
    noisy = SCORE + NOISE
    if declared == REGRESSION:
        return pd.Series(100 + 10 * noisy)
    if declared == MULTICLASS:
        return pd.Series(np.array(MULTICLASS.classes, dtype=object)[np.digitize(noisy, [-0.7, 0.7])])
    return pd.Series((noisy > 0).astype(int))


def _answers(declared: ProblemType, score: np.ndarray) -> pd.DataFrame:
    """What a model says that sees `score` of each row."""
    if declared == REGRESSION:
        return pd.DataFrame({"prediction": 100 + 10 * score, "lower": 80 + 10 * score, "upper": 120 + 10 * score})
    if declared == MULTICLASS:
        logits = np.stack([-2 * score, np.full_like(score, 0.3), 2 * score], axis=1)
        chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        likeliest = np.array(MULTICLASS.classes, dtype=object)[chances.argmax(axis=1)]
        named = {f"probability_{each}": chances[:, at] for at, each in enumerate(MULTICLASS.classes)}
        return pd.DataFrame({"prediction": likeliest, **named})
    return pd.DataFrame({"probability": 1 / (1 + np.exp(-2.4 * score))})


def _truth(declared: ProblemType) -> np.ndarray:
    return _judging(declared).problem.truth(_labels(declared))


BLURRED = SCORE + RNG.normal(0, 0.6, ROWS)


def _contest(declared: ProblemType, ours: np.ndarray, theirs: np.ndarray, cause: TrainingCause) -> Contest:
    return Contest(
        version=2,
        truth=_truth(declared),
        challenger=_answers(declared, ours),
        champion_version=1,
        champion=_answers(declared, theirs),
        cause=cause,
    )


@each_problem
def test_a_gate_measures_what_the_problem_itself_measures(declared: ProblemType) -> None:
    """On the rows as they are: every declared measure, to the last digit that matters."""
    judging, truth, answers = _judging(declared), _truth(declared), _answers(declared, BLURRED)
    numbers, alone = judging.numbers(truth, answers), judging.problem.measure(truth, answers).as_dict()
    measures = judging.measured()
    assert set(measures) == {rule.measure.name for rule in gates(declared).comparison.measures}
    for name, measure in measures.items():
        assert measure(truth, numbers)(np.ones((1, ROWS)))[0] == pytest.approx(alone[name], abs=1e-9), name


@each_problem
def test_the_better_version_goes_live_and_the_worse_does_not(declared: ProblemType) -> None:
    """By an idea it must be better; by a renewal it may be as good; the reason has title, unit and interval."""
    judging, gate = _judging(declared), gates(declared).comparison
    first = judging.problem.declared.measures[0]
    better = judge(_contest(declared, SCORE, BLURRED, TrainingCause.MANUAL), gate, judging, seed=1)
    assert better.decision is Decision.PASS
    assert f"{first.title} differs from champion version 1 by " in better.reason
    assert f"{first.unit}, 95% interval" in better.reason
    worse = judge(_contest(declared, BLURRED, SCORE, TrainingCause.SCHEDULE), gate, judging, seed=1)
    assert worse.decision is Decision.FAIL
    equal = _contest(declared, SCORE, SCORE, TrainingCause.SCHEDULE)
    assert judge(equal, gate, judging, seed=1).decision is Decision.PASS
    assert judge(replace(equal, cause=TrainingCause.MANUAL), gate, judging, seed=1).decision is Decision.FAIL


@each_problem
def test_a_limit_is_broken_only_beyond_chance(declared: ProblemType) -> None:
    """At the measured value plus or minus nothing: unknown; far on the wrong side: a failure; on the right: passed."""
    judging, truth, answers = _judging(declared), _truth(declared), _answers(declared, SCORE)
    first = judging.problem.declared.measures[0]
    value, worse = judging.problem.measure(truth, answers).as_dict()[first.name], first.gain(1.0)

    def decided(limit: float) -> Decision:
        rule = MeasureRule(measure=first, margin=0.02, limit=limit)
        gate = replace(gates(declared).comparison, measures=(rule,), must_improve={})
        return judge(Contest(version=1, truth=truth, challenger=answers), gate, judging, seed=1).decision

    assert decided(value + worse * 0.001 * value) is Decision.UNKNOWN
    assert decided(value + worse * 0.2 * value) is Decision.FAIL
    assert decided(value - worse * 0.2 * value) is Decision.PASS


@each_problem
def test_a_hold_out_that_does_not_vary_tells_nothing(declared: ProblemType) -> None:
    """One class, or one value: unknown, and said."""
    contest = _contest(declared, SCORE, BLURRED, TrainingCause.MANUAL)
    same = replace(contest, truth=np.zeros(ROWS))
    verdict = judge(same, gates(declared).comparison, _judging(declared), seed=1)
    assert verdict.decision is Decision.UNKNOWN
    assert "the hold-out has only one " in verdict.reason


def _signs(declared: ProblemType, clients: pd.DataFrame, weights: dict[str, float]) -> LeakSigns:
    """Of a model that adds up columns of `clients`."""
    judging, truth = _judging(declared), _truth(declared)

    def answers(frame: pd.DataFrame) -> pd.DataFrame:
        added = sum(weight * frame[name].to_numpy(float) for name, weight in weights.items())
        return _answers(declared, np.asarray(added))

    first = judging.problem.declared.measures[0]
    return LeakSigns(
        measure=first,
        score=judging.problem.measure(truth, answers(clients)).as_dict()[first.name],
        believable=judging.believable(truth),
        alone={name: judging.ranking_alone(clients[name], truth) for name in clients},
        shares=importance(
            answers,
            lambda known, given: judging.losses(known, judging.numbers(known, given)),
            clients,
            list(clients),
            truth,
            seed=1,
        ),
        repeats=Repeats(holdout_rows=ROWS, same_key=0, same_features=0),
    )


def _refused(declared: ProblemType, clients: pd.DataFrame, weights: dict[str, float]) -> list[str]:
    limits = gates(declared).compliance.leaks
    return [check.text for check in leak_checks(_signs(declared, clients, weights), limits) if not check.passed]


# Two halves of the score, so that no feature has it all, and one that the model does not use.
CLIENTS = pd.DataFrame({"one": SCORE + BLURRED - SCORE, "two": SCORE, "idle": RNG.normal(0, 1, ROWS)})
BOTH = {"one": 0.5, "two": 0.5}


@each_problem
def test_an_honest_model_shows_no_sign_of_a_leak(declared: ProblemType) -> None:
    """Nor is a feature that is not used a part of what it knows."""
    assert _refused(declared, CLIENTS, BOTH) == []
    assert _signs(declared, CLIENTS, BOTH).shares["idle"] == 0.0


@each_problem
def test_a_planted_outcome_is_named_though_the_model_does_not_use_it(declared: ProblemType) -> None:
    """As a number, and spelled as text."""
    status = _truth(declared) + RNG.normal(0, 0.01, ROWS)
    (refused,) = _refused(declared, CLIENTS.assign(status=status), BOTH)
    assert refused.startswith("status (")
    spelled = _labels(declared).round() if declared == REGRESSION else _labels(declared)
    text = "status " + spelled.astype(str)
    assert _judging(declared).ranking_alone(text, _truth(declared)) > 0.9


@each_problem
def test_a_feature_with_nearly_all_the_gain_is_named(declared: ProblemType) -> None:
    """The other one weighs next to nothing."""
    (refused,) = _refused(declared, CLIENTS, {"one": 0.001, "two": 1.0})
    assert refused.startswith("two has ")


@each_problem
def test_a_score_that_nobody_believes_is_refused_if_none_is_declared(declared: ProblemType) -> None:
    """Answers that are all but what comes true. If a limit is declared, it is that one."""
    judging, truth = _judging(declared), _truth(declared)
    first, knowing = judging.problem.declared.measures[0], _knowing(declared)
    score = judging.problem.measure(truth, knowing).as_dict()[first.name]
    signs = replace(_signs(declared, CLIENTS, BOTH), score=score)
    (refused,) = [check.text for check in leak_checks(signs, LeakLimits()) if not check.passed]
    assert refused.startswith(f"{first.title} {score:.4f}")
    assert "is too good to be true" in refused
    beyond = LeakLimits(believable_score=score + first.gain(0.001))
    assert all(check.passed for check in leak_checks(signs, beyond))


def _knowing(declared: ProblemType) -> pd.DataFrame:
    """Answers of a model that knows the outcome."""
    truth = _truth(declared)
    if declared == REGRESSION:
        return pd.DataFrame({"prediction": truth + 0.1, "lower": truth, "upper": truth + 1})
    if declared == MULTICLASS:
        right = {f"probability_{each}": (truth == at) * 0.97 + 0.01 for at, each in enumerate(MULTICLASS.classes)}
        return pd.DataFrame({"prediction": _labels(declared), **right})
    return pd.DataFrame({"probability": truth * 0.98 + 0.01})


GROUPS = pd.Series(np.array(["a", "b"], dtype=object)[np.arange(ROWS) % 2])


@each_problem
def test_groups_that_are_treated_alike_pass_and_others_do_not(declared: ProblemType) -> None:
    """The second group is answered far from what comes true, or chosen far more often; 5 mg or a fifth are allowed."""
    judging, truth = _judging(declared), _truth(declared)
    alike = judging.fairness("sex", GROUPS, truth, _answers(declared, SCORE))
    assert [check.passed for check in alike.checks] == [True] * len(alike.checks)
    shifted = _answers(declared, SCORE + 2.0 * (GROUPS == "b").to_numpy())
    unlike = judging.fairness("sex", GROUPS, truth, shifted)
    first = unlike.checks[0]
    assert (first.passed, first.known) == (False, True)
    assert "difference by sex" in first.text
    assert "over the limit" in first.text


@each_problem
def test_groups_that_are_too_few_or_too_small_cannot_tell(declared: ProblemType) -> None:
    """One large group; or two of 100 rows, whose difference is uncertain by more than is allowed."""
    judging, truth, answers = _judging(declared), _truth(declared), _answers(declared, SCORE)
    (check,) = judging.fairness("sex", GROUPS.where(GROUPS == "a"), truth, answers).checks
    assert (check.passed, check.known) == (False, False)
    assert "fewer than two groups of sex have 100 hold-out rows" in check.text
    strict = replace(model(declared).gates, compliance=replace(gates(declared).compliance, max_group_difference=0.01))
    few = judging_of(replace(model(declared), gates=strict))
    found = few.fairness("sex", GROUPS[:200], truth[:200], answers[:200]).checks[0]
    assert (found.passed, found.known) == (False, False)
    assert "too few rows to compare with 0.01" in found.text


def test_a_mean_error_is_told_in_the_units_of_the_label() -> None:
    """Women are predicted 20 mg too high."""
    shifted = _answers(REGRESSION, SCORE + 2.0 * (GROUPS == "b").to_numpy())
    (check,) = _judging(REGRESSION).fairness("sex", GROUPS, _truth(REGRESSION), shifted).checks
    assert check.text.startswith("mean error difference by sex 2")
    assert " mg is over the limit 5, surely at least 20." in check.text


def test_concordance_is_roc_auc_for_a_yes_or_no() -> None:
    """Ties of ranks count half, ties of truth not at all; no ranking is a coin, and one value cannot be ranked."""
    labels, ranks = _truth(BINARY), np.round(BLURRED, 1)
    scaled = (ranks - ranks.min()) / np.ptp(ranks)
    assert concordance(labels, ranks) == pytest.approx(roc_auc(labels, scaled), abs=1e-12)
    assert concordance(labels, np.zeros(ROWS)) == 0.5
    assert np.isnan(concordance(np.ones(ROWS), ranks))
