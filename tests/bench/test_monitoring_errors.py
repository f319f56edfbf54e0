"""The table of monitoring's own errors: one cell can be run alone, and says what it found in how many periods."""

import re

import pytest

from bench.monitoring_errors import CHANGES, STABLE, Cell, delays, false_alarms, ranking, stable_periods
from bench.monitoring_problems import STEADY, Steady, row


def test_a_stable_cell_says_its_periods_and_an_interval() -> None:
    """A series of 24 periods; no false alarm in these."""
    cell = Cell(rows=200, columns=2, kind="normal")
    row = false_alarms(cell, stable_periods(cell, 1))
    assert row.startswith("| normal | 200 | 2 | 24 | 0: 0.00% (0.00%..13.80%) | 0 |")


def test_a_change_is_told_after_some_months() -> None:
    """Half a standard deviation in 500 rows: in the first."""
    row = delays(Cell(rows=500, columns=2, kind="normal", change="shift 0.5"), 1)
    assert row.startswith("| shift 0.5 | 500 | 2 | 1 | 1 (100% by the 6th) |")


def test_a_loss_of_ranking_is_told() -> None:
    """ROC AUC 0.65 where 0.78 was promised: in the first of all months."""
    assert re.fullmatch(r"\| 0\.65 \| 1,000 \| 3 \| 1 \(100% by the 6th\) \|", ranking(0.65, 1000, 3))


@pytest.mark.parametrize("case", STEADY, ids=lambda case: str(case.declared.name))
def test_a_problem_whose_answers_are_right_is_left_alone(case: Steady) -> None:
    """Two years in which no metric with a limit is in breach, alone or in its sum."""
    assert re.search(r"\| 24 \| 0\.[45]5% \| 0: 0\.00% \(0\.00%\.\.13\.80%\) \| 0 \|$", row(case, 1))


def test_each_kind_of_values_and_of_change_can_be_drawn() -> None:
    """No cell of the page names one that is not there."""
    assert {each.kind for each in STABLE} == {"normal", "heavy tail", "few values", "autocorrelated", "clusters of 10"}
    for change in CHANGES:
        assert delays(Cell(rows=200, columns=1, kind="normal", change=change), 1)
