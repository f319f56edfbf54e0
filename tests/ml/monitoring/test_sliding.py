"""A period against those just before it: a sudden change is seen after a slow drift, and whatever rows arrive.

Pure: the three months before June 2024, or what is left of them, are given.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from ml.declarations import Model
from ml.declarations.monitored import SLIDING
from ml.monitoring.decide import decisions
from ml.monitoring.metric import Metric
from ml.monitoring.monitors.moved import Moved
from ml.monitoring.monitors.sliding import Sliding
from ml.monitoring.open_alerts import OPEN, alerts
from ml.monitoring.policy import policy_of
from ml.monitoring.rules import Action
from ml.monitoring.window import Expectation, JustBefore, Window, problem
from ml.problems.finding import Finding, Kind, Verdict
from ml.usecases.credit.declaration import USE_CASE as CREDIT
from tests.ml.monitoring import ugly
from tests.ml.monitoring.made import PERIOD, PREDICTION, client_rows, expected, metric, period_data, whole
from tests.ml.monitoring.policies import MONTHS

OK, WARN, BREACH, UNKNOWN = Verdict.OK, Verdict.WARN, Verdict.BREACH, Verdict.UNKNOWN
MODEL: Model = replace(CREDIT.models[0], monitoring=replace(CREDIT.models[0].monitoring, sliding_periods=3))
GOOD, BEFORE = client_rows(1000, seed=2), client_rows(3000, seed=3)
SAID = "the 3 months before: 2024-03 (1,000 rows), 2024-04 (1,000 rows), 2024-05 (1,000 rows)"
Spoil = Callable[[pd.DataFrame], pd.DataFrame]


@pytest.fixture(scope="module")
def expectation() -> Expectation:
    """What version 1 expects."""
    return expected()


def _window(frame: pd.DataFrame, before: pd.DataFrame, expectation: Expectation, period: date = PERIOD) -> Window:
    data = replace(period_data(frame, period=period), before=JustBefore(frame=before, described=SAID))
    return Window(data=data, expected=expectation, model=MODEL, truth=problem(MODEL).truth)


def _sliding(
    frame: pd.DataFrame, before: pd.DataFrame, expectation: Expectation, period: date = PERIOD
) -> dict[str, Finding]:
    found = Sliding().measure(_window(frame, before, expectation, period))
    return {f"{each.metric}:{each.column}": each for each in found}


def _moved(frame: pd.DataFrame, deviations: float) -> pd.DataFrame:
    return frame.assign(limit_bal=frame["limit_bal"] + deviations)


def test_without_the_declaration_nothing_is_added(expectation: Expectation) -> None:
    """No metric, and the whole chance of columns for the comparison with the training data."""
    assert Sliding().measure(replace(_window(GOOD, BEFORE, expectation), model=CREDIT.models[0])) == []


def test_each_judged_measure_of_each_column_is_compared_with_its_reference_named(expectation: Expectation) -> None:
    """PSI of everything, KS of numbers; the row says which periods it was compared with."""
    trained = Moved().measure(_window(GOOD, BEFORE, expectation))
    found = _sliding(GOOD, BEFORE, expectation)
    judged = {f"{each.metric}:{each.column}" for each in trained if each.metric in ("psi", "ks")}
    assert {each.removeprefix(SLIDING) for each in found} == judged
    assert {(each.verdict, each.reference) for each in found.values()} == {(OK, SAID)}
    assert {each.reference for each in trained} == {None}
    assert all("chance alone reaches" in each.reason for each in found.values())


@pytest.mark.parametrize(
    ("drifted", "now", "trained", "sliding"),
    [
        (0.0, 0.0, OK, OK),
        (0.0, 1.0, BREACH, BREACH),
        (1.0, 1.0, BREACH, OK),
        (1.0, 2.0, BREACH, BREACH),
        (1.0, 0.0, OK, BREACH),
    ],
    ids=["stable", "sudden", "lasting", "sudden after a slow drift", "back"],
)
def test_what_is_new_is_told_from_what_lasts(
    expectation: Expectation, drifted: float, now: float, trained: Verdict, sliding: Verdict
) -> None:
    """By standard deviations that the months before, and the month itself, lie from the training data."""
    window = _window(_moved(GOOD, now), _moved(BEFORE, drifted), expectation)
    found = [*Moved().measure(window), *Sliding().measure(window)]
    verdicts = {each.metric: each.verdict for each in found if each.column == "limit_bal"}
    assert (verdicts["psi"], verdicts["sliding_psi"], verdicts["sliding_ks"]) == (trained, sliding, sliding)


def test_dependent_rows_have_the_wider_bounds_of_the_training_data(expectation: Expectation) -> None:
    """Three periods cannot tell how much periods differ, so the ratio of the fitted ones counts."""
    columns = {name: replace(each, dispersion=4.0) for name, each in expectation.columns.items()}
    near, far = (
        _sliding(GOOD, BEFORE, each)["sliding_psi:limit_bal"]
        for each in (expectation, replace(expectation, columns=columns))
    )
    assert "chance alone reaches 0.061" in near.reason
    assert "chance alone reaches 0.24" in far.reason


def _constant(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(limit_bal=0.5)


def _unseen(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(age_band="martian")


def _infinite(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(limit_bal=np.inf)


def _some_infinite(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(limit_bal=np.where(frame.index % 2 == 0, -np.inf, frame["limit_bal"]))


@pytest.mark.parametrize(
    ("spoil", "of_period", "of_before", "of_both"),
    [
        (ugly.nothing, (UNKNOWN, UNKNOWN, UNKNOWN), (UNKNOWN, UNKNOWN, UNKNOWN), (UNKNOWN, UNKNOWN, UNKNOWN)),
        (ugly.one, (UNKNOWN, UNKNOWN, UNKNOWN), (UNKNOWN, UNKNOWN, UNKNOWN), (UNKNOWN, UNKNOWN, UNKNOWN)),
        (ugly.all_null, (UNKNOWN, UNKNOWN, UNKNOWN), (UNKNOWN, UNKNOWN, UNKNOWN), (UNKNOWN, UNKNOWN, UNKNOWN)),
        (ugly.null_column, (UNKNOWN, OK, OK), (UNKNOWN, OK, OK), (UNKNOWN, OK, OK)),
        (_constant, (BREACH, OK, OK), (BREACH, OK, OK), (OK, OK, OK)),
        (_unseen, (OK, BREACH, OK), (OK, BREACH, OK), (OK, OK, OK)),
        (_infinite, (BREACH, OK, OK), (BREACH, OK, OK), (OK, OK, OK)),
        (_some_infinite, (BREACH, OK, OK), (BREACH, OK, OK), (OK, OK, OK)),
        (ugly.unscored, (OK, OK, UNKNOWN), (OK, OK, UNKNOWN), (OK, OK, UNKNOWN)),
    ],
    ids=lambda spoil: spoil.__name__.strip("_") if callable(spoil) else "",
)
def test_ugly_periods(
    expectation: Expectation, spoil: Spoil, of_period: object, of_before: object, of_both: object
) -> None:
    """PSI of a number, a text and the answer, if the period, the months before it, or both are ugly in the same way."""
    shown = [f"sliding_psi:{name}" for name in ("limit_bal", "age_band", PREDICTION)]
    for frame, before, wanted in (
        (spoil(GOOD), BEFORE, of_period),
        (GOOD, spoil(BEFORE), of_before),
        (spoil(GOOD), spoil(BEFORE), of_both),
    ):
        found = _sliding(frame, before, expectation)
        assert tuple(found[name].verdict for name in shown) == wanted


def test_what_cannot_be_compared_says_why(expectation: Expectation) -> None:
    """Too few rows in the period, none before it, and a column that nobody knew before."""
    few = _sliding(ugly.one(GOOD), BEFORE, expectation)
    assert {each.reason for each in few.values()} == {"1 rows; at least 200 are needed"}
    none = _sliding(GOOD, ugly.nothing(BEFORE), expectation)
    assert {each.reason for each in none.values()} == {f"nothing to compare with in {SAID}"}
    unscored = _sliding(GOOD, ugly.unscored(BEFORE), expectation)[f"sliding_psi:{PREDICTION}"]
    assert unscored.reason == "1000 known values in the period, 0 in the reference; 200 are needed"


def test_the_set_of_metrics_does_not_depend_on_the_rows(expectation: Expectation) -> None:
    """A period that is measured again replaces all of its rows in the table, whatever it and those before it held."""
    names = set(_sliding(GOOD, BEFORE, expectation))
    for spoil in (ugly.one, ugly.all_null, _unseen):
        assert set(_sliding(spoil(GOOD), BEFORE, expectation)) == names
        assert set(_sliding(GOOD, spoil(BEFORE), expectation)) == names


@pytest.mark.parametrize("at", [date(1, 1, 1), date(9999, 12, 1)], ids=["back", "ahead"])
def test_a_clock_that_jumps(expectation: Expectation, at: date) -> None:
    """Rows of a wrong century have nothing before them, which is said."""
    found = _sliding(GOOD, ugly.nothing(BEFORE), expectation, at)
    assert {each.verdict for each in found.values()} == {UNKNOWN}


def _told(*metrics: Metric) -> tuple[Action, str]:
    fine = [whole(0, "row_count", OK), metric(0, verdict=OK)]
    [decision] = decisions([*fine, *metrics], [], policy_of(MODEL, MONTHS))
    return decision.action, decision.reason


def test_a_decision_says_which_comparison_it_is_about() -> None:
    """Both of one column: against training data of the version, and against the months before."""
    action, reason = _told(
        metric(0, column="bill_1", verdict=BREACH, value=0.9),
        metric(0, metric="sliding_psi", column="bill_1", verdict=BREACH, value=0.7),
    )
    assert action is Action.ALERT
    assert (
        "Drift over the limit since 2024-06: bill_1 PSI 0.90 (limit 0.25) against training data of version 1, "
        "bill_1 PSI 0.70 (limit 0.25) against the 3 months before."
    ) in reason


def test_a_period_with_nothing_before_it_is_said_and_alerts_nobody(expectation: Expectation) -> None:
    """The first periods of a table: unknown, named in the reason, and no cause."""
    found = Sliding().measure(_window(GOOD, ugly.nothing(BEFORE), expectation))
    of_june = {"period": PERIOD, "model_version": 1, "in_training": False}
    action, reason = _told(*(Metric(**vars(each), **of_june) for each in found))
    assert action is Action.NOTHING
    assert f"drift of 2024-06 ({len(found)} metric(s)): nothing to compare with in the 3 months before" in reason


def test_a_sudden_change_is_an_alert_of_its_own_while_a_slow_drift_is_open() -> None:
    """The drift from the training data began in April, and was told. June's jump is another alert, over in July."""
    drifting = [metric(ago, verdict=BREACH, value=0.5) for ago in (2, 1, 0, -1)]
    jumps = [
        metric(ago, metric="sliding_psi", verdict=BREACH if ago == 0 else OK, value=0.6 if ago == 0 else 0.05)
        for ago in (2, 1, 0, -1)
    ]
    rows = [whole(ago, "row_count", OK) for ago in (2, 1, 0, -1)]
    made = decisions([*drifting, *jumps, *rows], [], policy_of(MODEL, MONTHS))
    told = {alert.key: alert for alert in alerts(made, "credit in prod", MONTHS)}
    assert {key: alert.status for key, alert in told.items()} == {"drift:2024-04": OPEN, "drift:2024-06": "closed"}
    slow, jump = told["drift:2024-04"], told["drift:2024-06"]
    assert slow.what == "credit in prod: drift of limit_bal against training data of version 1"
    assert slow.how_much == "limit_bal PSI 0.50 (limit 0.25) against training data of version 1"
    assert jump.what == "credit in prod: drift of limit_bal against the 3 months before"
    assert jump.how_much == "limit_bal PSI 0.60 (limit 0.25) against the 3 months before"
    assert all(each.kind is Kind.DRIFT for decision in made for each in decision.causes)
