"""After a change and a retraining a period like the hold-out is no news, though older fitted periods are unlike it."""

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd
import pytest

from ml.monitoring.period_metrics import measure
from ml.monitoring.window import Expectation, expectation
from ml.problems.finding import Finding, Verdict
from ml.usecases.credit.declaration import USE_CASE as CREDIT
from tests.ml.monitoring.made import client_rows, period_data

OK, BREACH = Verdict.OK, Verdict.BREACH
MODEL = CREDIT.models[0]


def _world(rows: int, seed: int, *, moved: float = 0.0, nulls: float = 0.0) -> pd.DataFrame:
    """Rows whose credit limits are `moved` standard deviations higher; a share of another feature is null."""
    frame = client_rows(rows, seed)
    lost = np.random.default_rng(seed).random(rows) < nulls
    return frame.assign(limit_bal=frame["limit_bal"] + moved, bill_1=frame["bill_1"].mask(lost))


def _retrained(holdout_rows: int) -> Expectation:
    """Of 20,000 fitted rows 16,000 are of the old world; the hold-out is all of the new one."""
    fitted = pd.concat([_world(16_000, 1), _world(4000, 2, moved=3.0, nulls=0.3)], ignore_index=True)
    sizes = pd.Series([1000] * 3, index=[date(2024, month, 1) for month in (1, 2, 3)])
    return expectation(
        MODEL,
        model_version=2,
        fitted=fitted,
        holdout=_world(holdout_rows, 3, moved=3.0, nulls=0.3),
        rows_by_period=sizes,
        described="made up",
    )


def _found(frame: pd.DataFrame, before: Expectation) -> Mapping[tuple[str, str], Finding]:
    return {(each.metric, each.column): each for each in measure(period_data(frame), before, MODEL)}


@pytest.mark.parametrize(("moved", "nulls", "verdict"), [(3.0, 0.3, OK), (6.0, 0.6, BREACH)], ids=["new", "third"])
def test_a_period_like_the_hold_out_is_no_news(moved: float, nulls: float, verdict: Verdict) -> None:
    """The version was judged by the new world; a third one is a breach in distribution and in nulls."""
    found = _found(_world(1000, 4, moved=moved, nulls=nulls), _retrained(2000))
    watched = (("psi", "limit_bal"), ("ks", "limit_bal"), ("null_ratio", "bill_1"))
    assert {key: found[key].verdict for key in watched} == dict.fromkeys(watched, verdict)


def test_the_reason_says_what_it_is_against_the_fitted_periods() -> None:
    """The value and its threshold are those of the hold-out, so that a value beyond a threshold stays a breach."""
    psi = _found(_world(1000, 4, moved=3.0, nulls=0.3), _retrained(2000))["psi", "limit_bal"]
    assert "measured against the hold-out; against all fitted periods it is " in psi.reason
    assert (psi.value or 0.0) < 0.1 < (psi.threshold_high or 0.0)


def test_a_hold_out_of_few_rows_excuses_nothing() -> None:
    """199 rows are fewer than a period needs to be judged."""
    found = _found(_world(1000, 4, moved=3.0, nulls=0.3), _retrained(199))
    assert found["psi", "limit_bal"].verdict is BREACH
