"""Slices that have become worse are found in a period, written with their names, and told if a limit is declared."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from ml.declarations import Limits, Model
from ml.monitoring.metric import Metric
from ml.monitoring.open_alerts import alerts
from ml.monitoring.period_metrics import measure
from ml.monitoring.policy import policy_of
from ml.monitoring.rules import decide
from ml.monitoring.window import LABEL, Expectation
from ml.problems.finding import SLICE_LOSS, Verdict
from ml.problems.searching import searched_names
from ml.usecases.credit.declaration import USE_CASE as CREDIT
from tests.ml.monitoring.made import PERIOD, PREDICTION, client_rows, expected, period_data

MODEL = CREDIT.models[0]
JUDGED = replace(MODEL, monitoring=replace(MODEL.monitoring, slices=Limits(warn=0.25, act=0.5)))


@pytest.fixture(scope="module")
def expectation() -> Expectation:
    """What version 1 expects."""
    return expected()


def _found(expectation: Expectation, model: Model, *, turned: bool) -> list[Metric]:
    """The slices of a period; `turned`: what is answered for the youngest of one sex is the contrary."""
    frame = client_rows(4000, seed=5)
    wrong = (frame["age_band"] == "under_30") & (frame["sex"] == 1) & turned
    frame[LABEL] = np.where(wrong, (frame[PREDICTION] < 0.5).astype(float), frame[LABEL])
    return measure(period_data(frame), expectation, model)


def _slices(found: list[Metric]) -> list[Metric]:
    return [metric for metric in found if metric.metric == SLICE_LOSS]


def test_nothing_is_found_in_a_stable_period(expectation: Expectation) -> None:
    """Three findings all the same, which say how many slices were tried."""
    found = _slices(_found(expectation, JUDGED, turned=False))
    assert [(each.column, each.value, each.verdict, each.slice) for each in found] == [
        (f"slice {place}", 0.0, Verdict.OK, None) for place in (1, 2, 3)
    ]
    assert "slices with 100 rows or more, no one is worse beyond chance" in found[0].reason


def test_a_worse_slice_is_written_and_not_judged_without_a_limit(expectation: Expectation) -> None:
    """Its name, its size with an interval, and the part of each column."""
    first = _slices(_found(expectation, MODEL, turned=True))[0]
    assert first.verdict is Verdict.RECORDED
    assert first.slice is not None
    assert set(first.slice.split(" and ")) == {"age_band = under_30", "sex = 1"}
    assert first.value is not None
    assert first.lower is not None
    assert first.upper is not None
    assert first.lower < first.value < first.upper
    assert "of that by column: " in first.reason


def test_with_a_limit_it_is_an_alert_once_outcomes_are_due_and_never_a_retraining(expectation: Expectation) -> None:
    """The decision of the period after: an alert about groups that names the slice."""
    metrics = _found(expectation, JUDGED, turned=True)
    assert _slices(metrics)[0].verdict is Verdict.BREACH
    july = date(2024, 7, 1)
    of_groups = [replace(each, period=july, verdict=Verdict.OK) for each in metrics if each.metric == "row_count"]
    policy = policy_of(JUDGED, CREDIT.judging)
    known = [each for each in metrics if each.kind != "performance"]
    assert not [cause for cause in decide(PERIOD, known, (), policy).causes if cause.metric == SLICE_LOSS]
    decision = decide(july, [*known, *of_groups], (), policy)
    found = [cause.slice for cause in decision.causes if cause.metric == SLICE_LOSS]
    assert found == [_slices(metrics)[0].slice]
    [alert] = alerts([decision], "credit in prod", CREDIT.judging)
    assert (alert.subject, alert.slice) == ("fairness", _slices(metrics)[0].slice)
    assert "slice 1 slice loss" in alert.how_much


def test_too_few_outcomes_are_unknown_never_ok(expectation: Expectation) -> None:
    """Labels that never come: each of the three says why."""
    frame = client_rows(1000).assign(**{LABEL: np.nan})
    found = _slices(measure(period_data(frame), expectation, JUDGED))
    assert {(each.verdict, each.reason) for each in found} == {
        (Verdict.UNKNOWN, "the outcome of 0 of 1000 rows is known")
    }


def test_sensitive_features_are_not_searched() -> None:
    """A slice is told by its values; a declared group is told anyway."""
    table = MODEL.feature_table
    hidden = replace(table, features=tuple(replace(each, sensitive=True) for each in table.features))
    assert searched_names(replace(MODEL, feature_table=hidden)) == MODEL.fairness_groups
