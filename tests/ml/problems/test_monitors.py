"""What the monitors of every problem say: of stable periods, of planted shifts, and of periods that are ugly."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from ml.declarations import Calendar, ProblemType, TrainingCause, Worse
from ml.monitoring.monitors.sliding import Sliding
from ml.monitoring.policy import Due, policy_of
from ml.monitoring.window import LABEL, Expectation, JustBefore, Window, answer_names, answered
from ml.problems.finding import Kind, Verdict
from ml.problems.monitor import Answered, Bounds
from ml.problems.registry import problem_of
from ml.problems.regression.monitors import coverage_noise
from tests.ml.problems.made import BINARY, MULTICLASS, PROBLEMS, REGRESSION, model
from tests.ml.problems.monitored import expected, measured, period_data, periods

OK, WARN, BREACH, UNKNOWN = Verdict.OK, Verdict.WARN, Verdict.BREACH, Verdict.UNKNOWN
RECORDED = Verdict.RECORDED
each_problem = pytest.mark.parametrize("declared", PROBLEMS, ids=lambda problem: problem.name)


@cache
def _expected(declared: ProblemType) -> Expectation:
    return expected(model(declared), periods(declared, 4000, seed=1))


def _verdicts(declared: ProblemType, frame: pd.DataFrame, kind: Kind | None = None) -> dict[str, Verdict]:
    """Verdict by `metric` or `metric:column`."""
    found = measured(declared, frame, _expected(declared))
    return {
        f"{each.metric}:{each.column}" if each.column else each.metric: each.verdict
        for each in found
        if kind is None or each.kind is kind
    }


def _performance(declared: ProblemType) -> set[str]:
    return {
        f"{monitor.name}:{column}" if column else monitor.name
        for monitor in problem_of(declared).monitors()
        if monitor.kind is Kind.PERFORMANCE and monitor.declared.limit
        for column in monitor.columns(())
    }


@each_problem
def test_a_period_is_compared_with_those_before_it_whatever_the_problem(declared: ProblemType) -> None:
    """Alike, it is ok in every column and answer; after a jump of the first feature and of all answers it is not."""
    known, before = periods(declared, 1000, seed=7), periods(declared, 3000, seed=8)
    own = model(declared)
    slides = replace(own, monitoring=replace(own.monitoring, sliding_periods=3))
    data = period_data(declared, known)

    def found(earlier: pd.DataFrame) -> dict[tuple[str, str], Verdict]:
        given = replace(data, before=JustBefore(frame=earlier, described="the 3 months before"))
        truth = problem_of(declared).truth
        window = Window(data=given, expected=_expected(declared), model=slides, truth=truth)
        return {(each.metric, each.column): each.verdict for each in Sliding().measure(window)}

    alike = found(before)
    assert set(alike.values()) == {OK}
    assert {column for _, column in alike} == {*own.features, *answer_names(own)}
    jumped = found(before.assign(weight=before["weight"] + 20))
    assert {column for (_, column), verdict in jumped.items() if verdict is BREACH} == {"weight"}
    unscored = found(before.assign(**dict.fromkeys(answer_names(own))))
    assert {column for (_, column), verdict in unscored.items() if verdict is UNKNOWN} == set(answer_names(own))


@each_problem
def test_each_metric_that_a_problem_declares_has_one_monitor(declared: ProblemType) -> None:
    """In the same order, the most telling first."""
    names = [monitor.name for monitor in problem_of(declared).monitors()]
    assert names == [each.name for each in declared.monitored]


@each_problem
@pytest.mark.parametrize("seed", range(10, 15))
def test_a_stable_period_is_ok_throughout(declared: ProblemType, seed: int) -> None:
    """1,000 rows like those of the hold-out: every metric, and the drift of every feature and answer."""
    got = _verdicts(declared, periods(declared, 1000, seed))
    assert {name: verdict for name, verdict in got.items() if verdict not in (OK, RECORDED)} == {}
    assert _performance(declared) <= set(got)
    assert {f"psi:{name}" for name in answer_names(model(declared))} <= set(got)


@each_problem
@pytest.mark.parametrize("rows", [1000, 5000])
def test_a_world_that_has_moved_away_from_the_answers_is_a_breach(declared: ProblemType, rows: int) -> None:
    """The truth lies a standard deviation and a half higher than what is answered; features have not moved."""
    got = _verdicts(declared, periods(declared, rows, seed=3, shift=1.5))
    seen = {
        BINARY: {"expected_calibration_error": BREACH, "outcome_rate": BREACH},
        MULTICLASS: {"log_loss": BREACH, "class_rate:probability_low": BREACH, "class_rate:probability_high": BREACH},
        REGRESSION: {"mean_absolute_error": BREACH, "mean_error": BREACH, "coverage": BREACH},
    }[declared]
    assert {name: got[name] for name in seen} == seen
    assert {verdict for name, verdict in got.items() if name.startswith("psi:")} == {OK}


@each_problem
def test_answers_that_know_nothing_are_a_breach_of_the_most_telling_metric(declared: ProblemType) -> None:
    """Answers are shuffled over the rows, so that neither they nor the truth have drifted."""
    frame = periods(declared, 2000, seed=4)
    names = list(answer_names(model(declared)))
    shuffled = frame.assign(**{name: frame[name].sample(frac=1, random_state=5).to_numpy() for name in names})
    got = _verdicts(declared, shuffled)
    assert got[declared.monitored[0].name] is BREACH
    assert got.get("accuracy", RECORDED) is (BREACH if declared == MULTICLASS else RECORDED)
    assert {got[f"psi:{name}"] for name in names} == {OK}


@each_problem
def test_answers_that_have_drifted_are_seen_without_outcomes(declared: ProblemType) -> None:
    """Each answer that moved breaches, and performance is unknown until outcomes come."""
    frame = periods(declared, 1000, seed=6)
    numbers = [name for name in answer_names(model(declared)) if pd.api.types.is_float_dtype(frame[name])]
    moved = frame.assign(**{name: frame[name].quantile(0.95) for name in numbers}, **{LABEL: None})
    got = _verdicts(declared, moved)
    assert {got[f"psi:{name}"] for name in numbers} == {BREACH}
    assert {got[name] for name in _performance(declared)} == {UNKNOWN}


def _nothing(frame: pd.DataFrame, _: list[str]) -> pd.DataFrame:
    return frame.iloc[:0]


def _one(frame: pd.DataFrame, _: list[str]) -> pd.DataFrame:
    return frame.iloc[:1]


def _all_null(frame: pd.DataFrame, _: list[str]) -> pd.DataFrame:
    return frame.assign(**dict.fromkeys(frame.columns, None))


def _never_labelled(frame: pd.DataFrame, _: list[str]) -> pd.DataFrame:
    return frame.assign(**{LABEL: None})


def _infinite(frame: pd.DataFrame, answers: list[str]) -> pd.DataFrame:
    spoiled = frame.assign(weight=np.inf)
    for name in answers:
        if pd.api.types.is_float_dtype(spoiled[name]):
            spoiled.loc[spoiled.index[::2], name] = np.inf
    return spoiled


def _of_another_kind(frame: pd.DataFrame, _: list[str]) -> pd.DataFrame:
    return frame.assign(**{LABEL: np.inf})


@each_problem
@pytest.mark.parametrize(
    ("spoil", "performance"),
    [
        (_nothing, UNKNOWN),
        (_one, UNKNOWN),
        (_all_null, UNKNOWN),
        (_never_labelled, UNKNOWN),
        (_infinite, UNKNOWN),
        (_of_another_kind, UNKNOWN),
    ],
)
def test_ugly_periods_have_a_clear_verdict(
    declared: ProblemType, spoil: Callable[[pd.DataFrame, list[str]], pd.DataFrame], performance: Verdict
) -> None:
    """Never a crash and never ok: performance says what is wrong, with the same metrics as in a good period."""
    good = periods(declared, 1000, seed=7)
    ugly = spoil(good, list(answer_names(model(declared))))
    found = measured(declared, ugly, _expected(declared))
    judged = {each.name for each in declared.monitored if each.limit}
    assert {each.verdict for each in found if each.kind is Kind.PERFORMANCE and each.metric in judged} == {performance}
    written = {each.name for each in declared.monitored if not each.limit and each.needs}
    of_problem = {each.value for each in found if each.metric in written}
    assert of_problem == {None}
    assert all(each.reason for each in found)
    assert set(_verdicts(declared, ugly)) == set(_verdicts(declared, good))


@each_problem
def test_constant_answers_are_judged(declared: ProblemType) -> None:
    """They drift, and say nothing about the rows: a breach, and no division by nothing."""
    good = periods(declared, 1000, seed=8)
    answers = list(answer_names(model(declared)))
    got = _verdicts(declared, good.assign(**{name: good[name].iloc[0] for name in answers}))
    assert got[declared.monitored[0].name] is BREACH
    assert BREACH in {got[f"psi:{name}"] for name in answers}


@each_problem
def test_a_hold_out_without_rows_leaves_unknown_what_is_held_against_it(declared: ProblemType) -> None:
    """A version that promised nothing cannot be worse than its promise, and that is not ok."""
    empty = expected(model(declared), periods(declared, 1, seed=1))
    found = measured(declared, periods(declared, 1000, seed=2), empty)
    assert next(each for each in found if each.metric == declared.monitored[0].name).verdict is UNKNOWN


@each_problem
def test_what_a_retraining_mends_is_its_cause(declared: ProblemType) -> None:
    """Each metric that calls for one says what has to be mended, which is what the retraining is judged by."""
    policy = policy_of(model(declared), Calendar())
    found = measured(declared, periods(declared, 1000, seed=3, shift=1.5), _expected(declared))
    mended = [each for each in found if policy.is_mended(each)]
    assert {each.metric for each in mended} == {
        each.name for each in declared.monitored if each.mended_as and each.limit
    }
    for each in mended:
        wanted = TrainingCause.PERFORMANCE if policy.is_severe(each) else policy.judged[each.metric].mended_as
        assert policy.due("said", each) == Due(words="said", trains_for=wanted, metric=each)


def test_errors_twice_as_large_are_severe() -> None:
    """Mean absolute error of noise doubled: 100 % above the hold-out's, where 50 % is severe; bias and drift are not
    seen.
    """
    frame = periods(REGRESSION, 1000, seed=9)
    doubled = frame.assign(**{LABEL: frame["prediction"] + 2 * (frame[LABEL] - frame["prediction"])})
    found = {each.metric: each for each in measured(REGRESSION, doubled, _expected(REGRESSION)) if not each.column}
    policy = policy_of(model(REGRESSION), Calendar())
    assert policy.is_severe(found["mean_absolute_error"])
    assert (found["mean_error"].verdict, found["coverage"].verdict) == (OK, BREACH)
    assert found["mean_absolute_error"].value == pytest.approx(2 * 10 * np.sqrt(2 / np.pi), rel=0.1)


def _drawn(rows: int, seed: int) -> Answered:
    """Normal errors of 10 mg, and bounds that hold nine of ten."""
    random = np.random.default_rng(seed)
    predicted, half = random.normal(100, 10, rows), 10 * 1.6449
    answers = pd.DataFrame({"prediction": predicted, "lower": predicted - half, "upper": predicted + half})
    truth = predicted + random.normal(0, 10, rows)
    return Answered(truth=truth, answers=answers, groups=pd.DataFrame({"ward": random.choice(["a", "b", "c"], rows)}))


def test_chance_alone_breaches_seldom_in_small_periods() -> None:
    """300 stable periods of 250 rows, with limits so narrow that noise bounds alone decide at one in a thousand: three
    at most are beyond those of any metric.
    """
    monitors = problem_of(REGRESSION).monitors()
    promises = {each.name: each.promise(_drawn(4000, seed=1)) for each in monitors}
    breaches = dict.fromkeys(promises, 0)
    for seed in range(100, 400):
        rows = _drawn(250, seed)
        for each in monitors:
            limit = each.declared.limit or Worse(act=1, severe=1)
            narrow = type(limit)(**dict.fromkeys(vars(limit), 1e-6))
            bounds = Bounds(limit=narrow, chance=0.001, promised=promises[each.name])
            breaches[each.name] += each.measure(rows, bounds)[0].verdict is BREACH
    assert max(breaches.values()) <= 3, breaches


def test_the_bound_of_coverage_is_the_binomials() -> None:
    """Of 200 rows at 0.9, one in a thousand has under 158 or over 195 inside; fewer rows allow for more."""
    assert coverage_noise(200, 0.9, 0.001) == pytest.approx(0.075, abs=0.011)
    assert coverage_noise(50, 0.9, 0.001) > coverage_noise(200, 0.9, 0.001) > coverage_noise(5000, 0.9, 0.001)


@pytest.mark.parametrize(
    ("declared", "name"), [(MULTICLASS, "accuracy_difference"), (REGRESSION, "mean_error_difference")]
)
@pytest.mark.parametrize(("better_for", "verdict"), [(None, OK), ("west", BREACH), ("few", OK)])
def test_groups_that_are_answered_differently_are_a_breach(
    declared: ProblemType, name: str, better_for: str | None, verdict: Verdict
) -> None:
    """One ward of three is answered perfectly, or 20 mg too low; a group of under 100 rows is not compared."""
    frame = periods(declared, 3000, seed=12)
    if better_for == "few":
        frame.loc[frame.index[:50], "ward"] = "few"
    spoiled = frame["ward"] == better_for
    answer = next(iter(answer_names(model(declared))))
    label = frame[answer] + 20 if declared == REGRESSION else frame[answer]
    rows = frame.assign(**{LABEL: frame[LABEL].mask(spoiled, label)})
    monitor = next(each for each in problem_of(declared).monitors() if each.name == name)
    grouped = replace(model(declared), fairness_groups=("ward",))
    promised = monitor.promise(answered(grouped, periods(declared, 4000, seed=1), problem_of(declared).truth))
    bounds = Bounds(limit=monitor.declared.limit, chance=0.001, promised=promised, min_group_rows=100)
    [found] = monitor.measure(answered(grouped, rows, problem_of(declared).truth), bounds)
    assert (found.column, found.verdict) == ("ward", verdict)


def test_groups_without_outcomes_cannot_be_compared_by_them() -> None:
    """Unknown, and no crash."""
    grouped = replace(model(REGRESSION), fairness_groups=("ward",))
    rows = answered(grouped, periods(REGRESSION, 500, seed=1).assign(**{LABEL: np.nan}), problem_of(REGRESSION).truth)
    monitor = problem_of(REGRESSION).monitors()[-1]
    [found] = monitor.measure(rows, Bounds(limit=monitor.declared.limit, chance=0.001))
    assert found.verdict is UNKNOWN
