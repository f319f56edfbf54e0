"""Columns that move together though none moves alone, on a declared number of rows."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from ml.declarations import DeclarationError, JointDrift, Limits
from ml.evaluation.joint import NAME
from ml.monitoring.metric import Metric
from ml.monitoring.period_metrics import measure
from ml.monitoring.window import Expectation, expectation
from ml.problems.finding import Verdict
from ml.usecases.credit.declaration import USE_CASE as CREDIT
from tests.ml.monitoring.made import client_rows, period_data

WHOLE = CREDIT.models[0]
MODEL = replace(
    WHOLE, monitoring=replace(WHOLE.monitoring, joint_drift=JointDrift(rows=600, limit=Limits(warn=0.55, act=0.6)))
)


@pytest.fixture(scope="module")
def known() -> Expectation:
    """What version 1 expects, with the rows that joint drift needs."""
    rows, sizes = client_rows(2000), pd.Series([1000], index=[date(2024, 3, 1)])
    return expectation(MODEL, model_version=1, fitted=rows, holdout=rows, rows_by_period=sizes, described="made up")


def _joint(found: list[Metric]) -> list[Metric]:
    return [each for each in found if each.metric == NAME]


def test_a_stable_period_is_ok(known: Expectation) -> None:
    """The ROC AUC of a coin, with an interval."""
    [found] = _joint(measure(period_data(client_rows(1000, seed=4)), known, MODEL))
    assert found.verdict is Verdict.OK
    assert found.rows == 600
    assert found.value == pytest.approx(0.5, abs=0.06)
    assert found.lower is not None
    assert found.lower < 0.5


def test_columns_that_become_one_are_told_by_name(known: Expectation) -> None:
    """Each has its old distribution; together they are seen."""
    rows = client_rows(1000, seed=4)
    one = {f"bill_{month}": rows["bill_1"] for month in range(2, 7)}
    found = measure(period_data(rows.assign(**one)), known, MODEL)
    [together] = _joint(found)
    assert together.verdict is Verdict.BREACH
    assert "by bill_" in together.reason
    assert {each.verdict for each in found if each.metric == "psi" and each.column.startswith("bill_")} == {Verdict.OK}


def test_few_rows_are_unknown_and_without_a_declaration_it_is_not_looked_at(known: Expectation) -> None:
    """As every measure of drift."""
    few = measure(period_data(client_rows(50)), known, MODEL)
    assert [(each.verdict, each.reason) for each in _joint(few)] == [
        (Verdict.UNKNOWN, "50 rows; at least 200 are needed")
    ]
    assert _joint(measure(period_data(client_rows(500)), known, WHOLE)) == []


def test_limits_that_no_classifier_reaches_are_refused() -> None:
    """All together, with what to give."""
    with pytest.raises(DeclarationError, match=r"more than 0.5 and less than 1") as refused:
        JointDrift(limit=Limits(warn=0.4, act=0.6), rows=10)
    assert "rows is 10: give 200 to 50,000" in str(refused.value)
