"""Ugly periods yield clear verdicts: never a crash, never a silent pass."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ml.declarations import Worse
from ml.monitoring.metric import Metric
from ml.monitoring.period_metrics import measure
from ml.monitoring.window import LABEL, Arrival, Expectation, column_names
from ml.problems.finding import Kind, Verdict
from ml.usecases.credit.declaration import USE_CASE as CREDIT
from tests.ml.monitoring import ugly
from tests.ml.monitoring.made import PERIOD, PREDICTION, client_rows, expected, period_data

OK, WARN, BREACH, UNKNOWN = Verdict.OK, Verdict.WARN, Verdict.BREACH, Verdict.UNKNOWN
GOOD = client_rows(1000, seed=2)
NUMBERS = [f.name for f in CREDIT.models[0].feature_table.features if f.type == "double"]


@pytest.fixture(scope="module")
def expectation() -> Expectation:
    """What version 1 expects."""
    return expected()


def verdicts(metrics: list[Metric]) -> dict[str, Verdict]:
    """Verdict by `metric` or `metric:column`."""
    return {f"{m.metric}:{m.column}" if m.column else m.metric: m.verdict for m in metrics}


def test_a_good_period_is_ok_throughout(expectation: Expectation) -> None:
    """Every metric but those of groups that are too small is ok, and each column has all of its metrics."""
    found = measure(period_data(GOOD), expectation, CREDIT.models[0])
    assert {metric.verdict for metric in found if metric.kind is not Kind.FAIRNESS} == {OK, Verdict.RECORDED}
    assert {m.column for m in found if m.metric == "psi"} == {*column_names(CREDIT.models[0]), PREDICTION}
    assert all(metric.reason for metric in found)


def test_an_answer_that_moves_by_design_can_be_left_out_of_drift(expectation: Expectation) -> None:
    """No drift of it is measured; how well it answers is."""
    without = replace(CREDIT.models[0].monitoring, drift_without=(PREDICTION,))
    found = measure(period_data(GOOD), expectation, replace(CREDIT.models[0], monitoring=without))
    assert not [metric for metric in found if metric.kind is Kind.DRIFT and metric.column == PREDICTION]
    assert {m.column for m in found if m.metric == "psi"} == set(column_names(CREDIT.models[0]))
    assert verdicts(found)["roc_auc"] is OK


def test_an_optional_source_that_neither_has_is_not_measured() -> None:
    """A period and a reference without movements: nothing is unknown for lack of them, and all else is measured."""
    moved = [feature.name for feature in CREDIT.models[0].feature_table.features if feature.optional]
    bare = expected(client_rows(4000).assign(**dict.fromkeys(moved, np.nan)))
    found = measure(period_data(GOOD.assign(**dict.fromkeys(moved, np.nan))), bare, CREDIT.models[0])
    assert {m.column for m in found if m.metric == "psi"} == {*column_names(CREDIT.models[0]), PREDICTION} - set(moved)
    assert {metric.verdict for metric in found if metric.kind is not Kind.FAIRNESS} == {OK, Verdict.RECORDED}
    arrived = measure(period_data(GOOD), bare, CREDIT.models[0])
    assert {m.column for m in arrived if m.metric == "psi" and m.verdict is UNKNOWN} == set(moved)


def _constant(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(**dict.fromkeys(NUMBERS, 0.5), **{PREDICTION: 0.3})


def _unseen(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(education=9, age_band="martian")


def _infinite(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(limit_bal=np.inf, bill_1=np.where(frame.index % 10 == 0, -np.inf, frame["bill_1"]))


def _infinite_answers(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(**{PREDICTION: np.inf})


def _never_labelled(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(**{LABEL: np.nan})


def _one_class(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(**{LABEL: 0.0})


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (
            ugly.nothing,
            {"row_count": BREACH, "psi:limit_bal": UNKNOWN, "roc_auc": UNKNOWN, "quarantine_ratio": UNKNOWN},
        ),
        (
            ugly.one,
            {"row_count": BREACH, "psi:limit_bal": UNKNOWN, "null_ratio:limit_bal": UNKNOWN, "roc_auc": UNKNOWN},
        ),
        (
            ugly.all_null,
            {
                "null_ratio:limit_bal": BREACH,
                "null_ratio:age_band": BREACH,
                "psi:limit_bal": UNKNOWN,
                "out_of_range_ratio:limit_bal": UNKNOWN,
                "roc_auc": UNKNOWN,
                "labelled_share": BREACH,
                "scored_share": BREACH,
                "demographic_parity_difference:sex": UNKNOWN,
            },
        ),
        (ugly.null_column, {"null_ratio:limit_bal": BREACH, "ks:limit_bal": UNKNOWN, "psi:bill_1": OK, "roc_auc": OK}),
        (_constant, {"psi:limit_bal": BREACH, "ks:bill_1": BREACH, "psi:probability": BREACH, "roc_auc": BREACH}),
        (
            _unseen,
            {
                "unseen_category_ratio:education": BREACH,
                "psi:age_band": BREACH,
                "unseen_category_ratio:age_band": BREACH,
            },
        ),
        (
            _infinite,
            {
                "psi:limit_bal": BREACH,
                "out_of_range_ratio:limit_bal": BREACH,
                "out_of_range_ratio:bill_1": BREACH,
                "wasserstein:bill_1": Verdict.RECORDED,
            },
        ),
        (_infinite_answers, {"psi:probability": BREACH, "roc_auc": UNKNOWN, "expected_calibration_error": UNKNOWN}),
        (_never_labelled, {"labelled_share": BREACH, "roc_auc": UNKNOWN, "expected_calibration_error": UNKNOWN}),
        (_one_class, {"roc_auc": UNKNOWN, "outcome_rate": BREACH, "labelled_share": OK}),
        (ugly.unscored, {"scored_share": BREACH, "psi:probability": UNKNOWN, "roc_auc": UNKNOWN}),
    ],
)
def test_ugly_periods(
    expectation: Expectation, spoil: Callable[[pd.DataFrame], pd.DataFrame], told: dict[str, Verdict]
) -> None:
    """Each kind of ugliness has the verdict that names it, and what cannot be told is unknown."""
    got = verdicts(measure(period_data(spoil(GOOD)), expectation, CREDIT.models[0]))
    assert {name: got[name] for name in told} == told


def test_the_set_of_metrics_does_not_depend_on_the_rows(expectation: Expectation) -> None:
    """A period that is measured again replaces all of its rows in the table, whatever it held before."""
    names = [
        set(verdicts(measure(period_data(spoil(GOOD)), expectation, CREDIT.models[0])))
        for spoil in (ugly.one, ugly.all_null, _unseen)
    ]
    assert names[0] == names[1] == names[2] == set(verdicts(measure(period_data(GOOD), expectation, CREDIT.models[0])))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), rows=st.integers(0, 300))
def test_any_rows_at_all_give_verdicts(expectation: Expectation, data: st.DataObject, rows: int) -> None:
    """Whatever values arrive, every metric has a verdict, and a value unless it is unknown or only recorded."""
    frame = client_rows(300, seed=3).iloc[:rows].copy()
    extremes = st.sampled_from([0.0, -1e300, 1e300, np.nan, 1.0])
    for column in data.draw(st.lists(st.sampled_from(NUMBERS), max_size=5)):
        frame[column] = data.draw(extremes)
    frame.loc[frame.index[: data.draw(st.integers(0, 300))], LABEL] = data.draw(st.sampled_from([0.0, 1.0, np.nan]))
    frame.loc[frame.index[: data.draw(st.integers(0, 300))], PREDICTION] = data.draw(
        st.sampled_from([0.0, 1.0, np.nan])
    )
    for metric in measure(period_data(frame), expectation, CREDIT.models[0]):
        assert metric.value is not None or metric.verdict in (UNKNOWN, Verdict.RECORDED)
        assert metric.reason


@pytest.mark.parametrize(
    ("newest", "labelled", "verdict"),
    [
        (date(2024, 6, 1), 0, UNKNOWN),
        (date(2024, 7, 1), 0, UNKNOWN),
        (date(2024, 8, 1), 0, BREACH),
        (date(2024, 8, 1), 499, BREACH),
        (date(2024, 8, 1), 500, OK),
        (date(2024, 7, 1), 1000, OK),
    ],
)
def test_outcomes_are_awaited_then_overdue(
    expectation: Expectation, newest: date, labelled: int, verdict: Verdict
) -> None:
    """Due a period later: unknown until then, a breach after."""
    found = measure(period_data(GOOD, newest=newest, labelled=labelled), expectation, CREDIT.models[0])
    assert next(m.verdict for m in found if m.metric == "labelled_share") is verdict


@pytest.mark.parametrize("at", [date(1970, 1, 1), date(2124, 6, 1)], ids=["back", "ahead"])
def test_a_clock_that_jumps(expectation: Expectation, at: date) -> None:
    """One row of a wrong century: too few rows is told of it, nothing is concluded, and no fitted period is meant."""
    newest = max(at, date(2024, 9, 1))
    got = measure(period_data(GOOD.iloc[:1], period=at, newest=newest), expectation, CREDIT.models[0])
    assert not any(metric.in_training for metric in got)
    told = verdicts(got)
    assert {name: told[name] for name in ("row_count", "psi:limit_bal", "roc_auc", "location_shift:limit_bal")} == {
        "row_count": BREACH,
        "psi:limit_bal": UNKNOWN,
        "roc_auc": UNKNOWN,
        "location_shift:limit_bal": Verdict.RECORDED,
    }


def test_a_period_the_version_was_fitted_on_proves_nothing(expectation: Expectation) -> None:
    """Its drift is measured, its performance is unknown, and every row says so."""
    found = measure(period_data(GOOD, period=date(2024, 2, 1)), expectation, CREDIT.models[0])
    assert all(metric.in_training for metric in found)
    outcomes_tell = [m for m in found if m.kind is Kind.PERFORMANCE and not m.metric.startswith("expected_")]
    performance = {(m.verdict, m.value) for m in outcomes_tell}
    assert performance == {(UNKNOWN, None), (Verdict.RECORDED, None)}


def test_a_period_whose_records_were_all_rejected(expectation: Expectation) -> None:
    """It is not awaited: its file came, and nothing of it could be kept."""
    arrival = Arrival(received=1000, rejected=1000, duplicates=0)
    found = verdicts(measure(period_data(GOOD.iloc[:0], newest=PERIOD, arrival=arrival), expectation, CREDIT.models[0]))
    assert (found["row_count"], found["quarantine_ratio"]) == (BREACH, BREACH)


def test_every_group_has_every_metric(expectation: Expectation) -> None:
    """Each of the hold-out's groups with enough rows, recorded with interval and the group's own hold-out figure."""
    found = measure(period_data(GOOD), expectation, CREDIT.models[0])
    parts = {m.column for m in found if "=" in m.column}
    assert parts == {"sex=1", "sex=2", "age_band=under_30", "age_band=30_to_44", "age_band=45_to_59"}
    named = {m.metric for m in found if m.column == "sex=1"}
    assert named == {
        *("roc_auc", "expected_calibration_error", "outcome_rate", "accuracy", "precision", "recall", "f1"),
        *("average_precision", "log_loss", "brier_score"),
    }
    recall = next(m for m in found if (m.metric, m.column) == ("recall", "sex=1"))
    assert recall.verdict is Verdict.RECORDED
    lower, value, upper = (float(str(each)) for each in (recall.lower, recall.value, recall.upper))
    assert lower < value < upper
    assert recall.reference_value == pytest.approx(0.3, abs=0.1)


def test_a_limit_holds_in_slices_if_the_model_says_so() -> None:
    """Answers for one sex are shuffled: its ranking is a breach, the other's is not, and no retraining follows."""
    strict = replace(CREDIT.models[0].monitoring, limits_in_slices=("roc_auc",))
    model = replace(CREDIT.models[0], monitoring=strict)
    frame = client_rows(2000, seed=4)
    of_sex = frame["sex"] == 1
    shuffled = frame.loc[of_sex, PREDICTION].sample(frac=1, random_state=1).to_numpy()
    frame.loc[of_sex, PREDICTION] = shuffled
    found = measure(period_data(frame), expected(), model)
    verdicts = {m.column: m.verdict for m in found if m.metric == "roc_auc" and m.column.startswith("sex=")}
    assert verdicts == {"sex=1": BREACH, "sex=2": OK}
    assert {m.kind for m in found if "=" in m.column} == {Kind.FAIRNESS}


def test_a_declared_limit_judges_what_is_only_recorded_without() -> None:
    """Recall falls by more than 0.1 if nobody is near the threshold any more."""
    limits = {"recall": Worse(act=0.1, severe=0.3)}
    model = replace(CREDIT.models[0], monitoring=replace(CREDIT.models[0].monitoring, limits=limits))
    low = GOOD.assign(**{PREDICTION: GOOD[PREDICTION] * 0.6})
    found = next(m for m in measure(period_data(low), expected(), model) if m.metric == "recall" and not m.column)
    assert found.verdict is BREACH
    assert found.threshold_low == pytest.approx((found.reference_value or 0) - 0.1)
