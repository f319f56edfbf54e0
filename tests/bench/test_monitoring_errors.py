"""The table of monitoring's own errors: one cell can be run alone, a run that is stopped goes on, a page is whole."""

import re
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bench.monitoring_errors import columns, evidently, page, pieces, problems, ranking, sliding
from bench.monitoring_errors.cells import CHANGED, CHANGES, KINDS, STABLE, Cell
from bench.monitoring_errors.pieces import Measured, Piece
from bench.monitoring_errors.told import begun, delay, share


def test_alarms_that_begin_are_counted_with_an_interval() -> None:
    """Three breaches of which two follow others; a series begins anew. None of 24 may still be 13.8 %."""
    assert begun([[False, True, True, False, True], [True, False]]) == 3
    assert share(3, 7) == "3: 42.86% (15.82%..74.95%)"
    assert share(0, 24) == "0: 0.00% (0.00%..13.80%)"


def test_a_delay_is_that_of_half_of_the_series() -> None:
    """Told in the second, in the last and in none of seven periods; and of a change that nothing tells."""
    assert delay([[False, True] + [False] * 5, [False] * 6 + [True], [False] * 7]) == "7 (33% by the 6th)"
    assert delay([[False] * 7]) == "over 7 (0% by the 6th)"


def test_a_stable_cell_says_its_periods_and_an_interval() -> None:
    """A series of 24 periods; no false alarm in these."""
    cell = Cell(rows=200, columns=2, kind="normal")
    row = page.false_alarms(cell, columns.part(cell, 0, 1))
    assert row.startswith("| normal | 200 | 2 | 24 | 0: 0.00% (0.00%..13.80%) | 0 |")


def test_a_change_is_told_after_some_months() -> None:
    """Half a standard deviation in 500 rows: in the first."""
    cell = Cell(rows=500, columns=2, kind="normal", change="shift 0.5")
    row = page.delays(cell, columns.part(cell, 0, 1))
    assert row.startswith("| shift 0.5 | 500 | 2 | 12 | 1 | 1 (100% by the 6th) |")


def test_a_loss_of_ranking_is_told() -> None:
    """ROC AUC 0.65 where 0.78 was promised: in the first of all months."""
    assert ranking.row(0.65, 1000, ranking.part(0.65, 1000, 0, 3)) == "| 0.65 | 1,000 | 3 | 1 (100% by the 6th) |"


@pytest.mark.parametrize("case", problems.STEADY, ids=lambda case: str(case.declared.name))
def test_a_problem_whose_answers_are_right_is_left_alone(case: problems.Steady) -> None:
    """Two years in which no metric with a limit is in breach, alone or in its sum."""
    row = problems.row(case, problems.part(case, 0, 1))
    assert re.search(r"\| 24 \| 0\.20% \| 0: 0\.00% \(0\.00%\.\.13\.80%\) \| 0 \|$", row)


@pytest.mark.parametrize("cell", [*STABLE, *CHANGED], ids=lambda cell: cell.name)
def test_each_cell_can_be_run_by_its_name(cell: Cell) -> None:
    """As `--cell` gives it."""
    assert Cell.named(cell.name) == cell


def test_each_kind_of_values_and_of_change_can_be_drawn() -> None:
    """No cell of the page names one that is not there."""
    assert {each.kind for each in STABLE} == set(KINDS)
    for change in CHANGES:
        assert columns.part(Cell(rows=200, columns=1, kind="normal", change=change), 0, 1)


def test_stable_periods_are_as_many_as_the_page_promises() -> None:
    """Over 10,000 in all, 500 in each cell of up to 5,000 rows and 25 columns, and 100 in each larger one."""
    found = {cell: cell.series * cell.periods for cell in STABLE}
    assert sum(found.values()) >= 10_000
    assert all(count >= (500 if cell.rows <= 5000 and cell.columns <= 25 else 100) for cell, count in found.items())


def test_the_page_is_made_of_its_pieces() -> None:
    """Each piece stands in a row: made up here, of a series that begins one alarm."""
    found: dict[tuple[str, str], list[Any]] = {}
    for each in page.pieces():
        period = [False] * 4 if each.table == "columns" else False
        breach = [True] * 4 if each.table == "columns" else True
        found.setdefault((each.table, each.row), []).append([breach, *[period] * 23])
    text = "\n".join(page.lines(Measured(found=found, seconds=7.0)))
    assert text.count("\n| ") == 4 * 2 + len(STABLE) + 2 + len(problems.STEADY) + 13 + len(ranking.LOSSES)
    assert "| normal | 200 | 100 | 96 | 4: 4.17% (1.63%..10.23%) | 4 |" in text
    assert "| trend 0.02 | 1,000 | 25 | 12 | 15 | 1 (100% by the 6th) |" in text
    assert "| trend 0.02 | 1,000 | 25 | 24 | 15 | 1 (100% by the 6th) |" in text
    assert text.endswith("Run time: 7 s on one core.")


def test_the_sections_about_answers_can_be_measured_alone() -> None:
    """Both with their titles, and nothing about columns."""
    found = {(each.table, each.row): [[True] + [False] * 23] for each in page.pieces() if each.table in page.OF_ANSWERS}
    sections = page.of_answers(Measured(found=dict(found), seconds=7.0))
    assert [section[0] for section in sections] == [
        "## False alarms about answers, by problem",
        "## Performance: ROC AUC promised 0.78 by 6,000 rows",
    ]
    assert [sum(line.startswith("| ") for line in section) for section in sections] == [2 + 4, 2 + len(ranking.LOSSES)]
    assert sections[1][-1] == "Run time: 7 s on one core, for the two sections about answers."


def test_another_tool_is_judged_by_the_columns_that_it_says_have_drifted() -> None:
    """Of four periods of five columns one is quiet, and in one at least half of the columns have drifted."""
    row = evidently.row(Cell(rows=200, columns=5, kind="normal"), [0, 1, 2, 3])
    assert row == "| normal | 200 | 5 | 4 | 75.0% | 25.0% |"
    assert {(each.rows, each.columns) for each in evidently.SMALL} >= {(200, 5), (5000, 25)}
    assert len(list(evidently.all_pieces())) == 9 * len(evidently.SMALL)


def test_both_comparisons_are_counted_alone_and_together() -> None:
    """Two breaches of one, one of the other in another period: three alarms in all."""
    said = [[(True, False), (False, False), (False, True), (False, False), (True, False)]]
    assert [cell.split(":")[0] for cell in sliding.stable_row("made up", said).split(" | ")[2:]] == ["2", "1", "3"]


def test_a_jump_after_a_trend_is_told_by_the_periods_before() -> None:
    """The trend alone is told by the training data only; three months later the jump is over, and the trend is not."""
    cell = Cell(rows=500, columns=1, kind="normal", change="jump 1.2")
    assert sliding.changed_row(cell, sliding.part(cell, 0, 1)) == "| jump 1.2 | 500 | 1 | 1 | 0 | 1 | 1 | 1 | 0 |"


def test_a_run_that_is_stopped_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No piece is begun once time is over; the next run measures what is left, and nothing twice."""
    monkeypatch.setattr(pieces, "_KEPT", tmp_path)
    asked: list[int] = []

    def measure(number: int) -> list[int]:
        asked.append(number)
        return [number, number]

    two = [Piece(table="t", row="a, b", number=number, measure=partial(measure, number)) for number in (0, 1)]
    assert pieces.measured("bench", two[:1], 60.0) is not None
    assert pieces.measured("bench", two, -1.0) is None
    assert asked == [0]
    found = pieces.measured("bench", two, 60.0)
    assert found is not None
    assert (asked, found.rows("t")) == ([0, 1], {"a, b": [0, 0, 1, 1]})
    pieces.forget("bench")
    assert pieces.measured("bench", two, -1.0) is None
