"""What arrived, and what of it the reference never showed."""

import pandas as pd
import pytest

from ml.declarations import Monitoring
from ml.monitoring.drift import reference
from ml.monitoring.monitors.arrival_ratios import arrival_ratios
from ml.monitoring.monitors.nulls import null_ratio
from ml.monitoring.monitors.outside import outside_ratio
from ml.monitoring.monitors.row_count import row_count
from ml.monitoring.window import Arrival
from ml.problems.finding import Verdict

LIMITS = Monitoring()
NUMBERS = reference("x", pd.Series([float(value) for value in range(1000)]))
LETTERS = reference("x", pd.Series(["a", "b"] * 500))


@pytest.mark.parametrize(
    ("rows", "typical", "awaited", "verdict"),
    [
        (1000, 1000, False, Verdict.OK),
        (500, 1000, False, Verdict.OK),
        (499, 1000, False, Verdict.BREACH),
        (2001, 1000, False, Verdict.BREACH),
        (1, 1000, True, Verdict.BREACH),
        (0, 1000, False, Verdict.BREACH),
        (0, 1000, True, Verdict.UNKNOWN),
        (1000, float("nan"), False, Verdict.UNKNOWN),
    ],
)
def test_row_count(rows: int, typical: float, awaited: bool, verdict: Verdict) -> None:
    """Half to twice the usual period; a period without rows is a breach once later periods have arrived."""
    assert row_count(rows, typical, LIMITS, awaited=awaited).verdict is verdict


@pytest.mark.parametrize(
    ("arrival", "quarantine", "duplicate"),
    [
        (Arrival(received=1000, rejected=10, duplicates=2), Verdict.OK, Verdict.OK),
        (Arrival(received=1000, rejected=20, duplicates=20), Verdict.WARN, Verdict.WARN),
        (Arrival(received=1000, rejected=1000, duplicates=0), Verdict.BREACH, Verdict.OK),
        (Arrival(received=0, rejected=0, duplicates=0), Verdict.UNKNOWN, Verdict.UNKNOWN),
    ],
)
def test_arrival_ratios(arrival: Arrival, quarantine: Verdict, duplicate: Verdict) -> None:
    """Rejected and repeated records over the received ones."""
    assert [found.verdict for found in arrival_ratios(arrival, LIMITS)] == [quarantine, duplicate]


@pytest.mark.parametrize(
    ("nulls", "verdict"), [(0, Verdict.OK), (10, Verdict.OK), (30, Verdict.WARN), (1000, Verdict.BREACH)]
)
def test_nulls(nulls: int, verdict: Verdict) -> None:
    """More nulls than the reference has; all null is a breach."""
    values = pd.Series([None] * nulls + [1.0] * (1000 - nulls), dtype=float)
    assert null_ratio(NUMBERS, values, LIMITS, 1e-5).verdict is verdict


def test_usual_nulls_are_not_held_against_a_period() -> None:
    """A column that is half null in the reference may be half null."""
    half = pd.Series([None, 1.0] * 500, dtype=float)
    assert null_ratio(reference("x", half), half, LIMITS, 1e-5).verdict is Verdict.OK


@pytest.mark.parametrize(
    ("outside", "verdict"), [(0, Verdict.OK), (5, Verdict.OK), (30, Verdict.WARN), (100, Verdict.BREACH)]
)
def test_values_out_of_range(outside: int, verdict: Verdict) -> None:
    """Values below or above all of the reference."""
    found = outside_ratio(NUMBERS, pd.Series([-1.0, 2000.0] * (outside // 2) + [5.0] * (1000 - outside)), LIMITS, 1e-5)
    assert found.verdict is verdict
    assert found.metric == "out_of_range_ratio"


def test_unseen_categories() -> None:
    """Categories that the reference lacks, by share of rows."""
    found = outside_ratio(LETTERS, pd.Series(["a"] * 90 + ["z"] * 10), LIMITS, 1e-5)
    assert (found.metric, found.value, found.verdict) == ("unseen_category_ratio", 0.1, Verdict.BREACH)


@pytest.mark.parametrize("values", [pd.Series([None, None], dtype=float), pd.Series([], dtype=float)])
def test_nothing_known_is_unknown(values: pd.Series) -> None:
    """Without a known value nothing can be out of range, and that is not `ok`."""
    assert outside_ratio(NUMBERS, values, LIMITS, 1e-5).verdict is Verdict.UNKNOWN
