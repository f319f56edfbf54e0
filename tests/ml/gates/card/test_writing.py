"""What a card says, of each kind of question."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from ml.declarations import ProblemType
from ml.gates.card.document import Document, Grid, Paragraph, Points, Section
from ml.gates.card.facts import TrainingFacts
from ml.gates.card.markdown import markdown
from ml.gates.card.writing import document
from tests.ml.gates.card.facts_made import facts
from tests.ml.problems.made import BINARY, MULTICLASS, PROBLEMS, REGRESSION

_named = pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.name)


def _section(card: Document, title: str) -> Section:
    return next(section for section in card.sections if section.title == title)


def _rows(section: Section) -> dict[str, tuple[str, ...]]:
    """The rows of all its tables, by their first cell."""
    return {row[0]: row[1:] for block in section.blocks if isinstance(block, Grid) for row in block.rows}


def _said(section: Section) -> str:
    return "\n".join(_sentences(section))


def _sentences(section: Section) -> Iterator[str]:
    for block in section.blocks:
        if isinstance(block, Paragraph):
            yield block.text
        if isinstance(block, Points):
            yield from block.items


@_named
def test_every_measure_of_the_problem_has_its_interval(problem: ProblemType) -> None:
    """The problem's own first, in its order and units; what training kept without an interval says so."""
    found = _rows(_section(document(facts(problem)), "Measures on the hold-out"))
    titles = [measure.title for measure in problem.measures]
    assert list(found) == [*titles, "accuracy found"]
    first = problem.measures[0]
    assert found[first.title] == ("0.5", "0.4 to 0.6", first.unit, f"{first.better} is better")
    assert found["accuracy found"] == ("0.75", "none is kept", "", "")


@_named
def test_it_says_what_it_is_for_and_what_not_and_for_whom(problem: ProblemType) -> None:
    """In the words of the declaration, with owner, licence and cause from the version."""
    found = _rows(_section(document(facts(problem)), "What it is for"))
    assert found["for"] == ("Nurses plan visits.",)
    assert found["not for"] == ("Diagnosis.",)
    assert (found["owner"], found["licence of its data"]) == (("ml-engineers",), ("CC BY 4.0",))
    assert found["trained because"] == ("a new idea (cause: manual)",)


def test_what_is_not_declared_is_said_to_be_missing() -> None:
    """No purpose is no purpose, with what to do about it."""
    card = facts(BINARY)
    found = _rows(_section(document(replace(card, model=replace(card.model, purpose=""))), "What it is for"))
    assert found["for"] == ("not declared: set purpose in the model's declaration",)


@_named
def test_data_has_tables_with_versions_periods_and_rows(problem: ProblemType) -> None:
    """As the run logged its inputs and the lineage its windows."""
    found = _rows(_section(document(facts(problem)), "Training data"))
    assert found["features"] == ("prod.x_gold.patients", "7")
    assert found["outcomes"] == ("prod.x_gold.outcomes", "4")
    assert found["fitted on events of"] == ("2023-01-01 to 2024-12-01",)
    assert found["fitted, tuned and calibrated on"] == ("4,500",)
    assert found["left out: the outcome was known too late"] == ("20",)


@_named
def test_a_protected_column_has_what_it_would_have_added(problem: ProblemType) -> None:
    """With its interval, and that the model does not take it."""
    found = _rows(_section(document(facts(problem)), "Sensitive columns"))
    assert found == {"sex": ("Sex.", "no", "+0.002 (-0.098 to +0.102)")}


@pytest.mark.parametrize(
    ("problem", "columns"),
    [
        (BINARY, ("group", "positives", "rows", "selection rate", "true positive rate")),
        (MULTICLASS, ("group", "accuracy rate", "accuracy rows", "recall low rate", "recall low rows")),
        (REGRESSION, ("group", "mean error error", "mean error rows", "mean error value")),
    ],
    ids=lambda given: given.name if isinstance(given, ProblemType) else "",
)
def test_groups_have_a_row_each_whatever_is_compared(problem: ProblemType, columns: tuple[str, ...]) -> None:
    """The figures that the compliance gate of each problem really records; a group that is too small is named."""
    section = _section(document(facts(problem)), "Groups")
    grid = next(block for block in section.blocks if isinstance(block, Grid))
    assert grid.columns[: len(columns)] == columns
    assert [row[0] for row in grid.rows] == ["1", "2"]
    assert all(len(row) == len(grid.columns) for row in grid.rows)
    assert "too few rows to compare: 3" in _said(section)


def test_where_it_is_worst_is_told_with_the_part_of_each_column() -> None:
    """Among how many slices it was searched, and an interval; without a search it says so."""
    section = _section(document(facts(BINARY)), "Where it is worst")
    assert _rows(section) == {"visits > 4 and sex = 2": ("120", "+0.08", "0.05 to 0.11", "visits +0.06, sex +0.02")}
    assert "Of 812 slices of one or two columns" in _said(section)
    silent = replace(facts(BINARY), verdicts={})
    assert _said(_section(document(silent), "Where it is worst")) == "Slices were not searched."


@_named
def test_the_known_limits_name_power_small_data_and_what_was_left_out(problem: ProblemType) -> None:
    """Each with its figure."""
    said = _said(_section(document(facts(problem)), "Known limits"))
    first = problem.measures[0].title
    assert f"an improvement of {first} by 0.0123 or more is detected in 8 of 10 draws, and 66%" in said
    assert "3 versions were judged on the same hold-out periods" in said
    assert "The hold-out has 480 rows; the comparison gate needs at least 500 to decide." in said
    assert "Groups by sex that are too small to compare: 3." in said
    assert "20 examples were left out" in said


def test_a_model_that_declares_few_rows_enough_says_that_its_data_are_small() -> None:
    """So a reader does not take a pass on few rows for one on many."""
    card = facts(REGRESSION)
    gates = replace(card.model.gates, comparison=replace(card.model.gates.comparison, min_holdout_rows=60))
    found = document(replace(card, model=replace(card.model, gates=gates)))
    said = _said(_section(found, "Known limits"))
    assert "The data are small: 480 hold-out rows, and with fewer than 500 the intervals are wide" in said
    assert "declares that 60 are enough" in said


def test_a_gate_that_failed_is_said_first() -> None:
    """The lead names it, and nobody has approved what is not released."""
    card = document(facts(BINARY, comparison="ROC AUC is worse", sign_off="comparison: fail"))
    assert card.released is False
    assert "Version 3 of prod.x_ops.returns did not pass comparison, sign_off: it is not released." in card.lead
    assert _rows(_section(card, "Gates"))["comparison"] == ("fail", "ROC AUC is worse")
    assert "Not approved" in _said(_section(card, "Approval"))


def test_who_approved_is_named_with_the_time() -> None:
    """From the record of sign-off, not from a clock."""
    card = document(facts(BINARY))
    assert card.released
    found = _rows(_section(card, "Approval"))
    assert found["approved by"] == ("ann@example.com",)
    assert (found["recorded by"], found["recorded at"]) == (("prod-promotion",), ("2026-01-02 03:04 UTC",))


@_named
def test_every_metric_of_monitoring_has_its_limit(problem: ProblemType) -> None:
    """Those that hold for this model are in the table; what has no limit is named in a sentence, and not as `None`."""
    card = facts(problem)
    section = _section(document(card), "Limits of monitoring")
    found, said = _rows(section), _said(section)
    for each in card.model.monitoring.metrics(problem, card.model.fairness_groups):
        assert (each.title in found) is (each.limit is not None)
        assert each.limit is not None or each.title in said
    assert found["psi"] == ("warn 0.1, act 0.25",)
    assert "Not judged: wasserstein, jensen shannon, chi square, slices, joint drift, sliding periods." in said
    assert not {("None",), ("()",)} & set(found.values())


def test_code_and_packages_are_those_of_the_training() -> None:
    """Commit and packages with versions."""
    found = _rows(_section(document(facts(BINARY)), "Code and packages"))
    assert found["git commit"] == ("a" * 40,)
    assert found["packages"] == ("optuna 4.0.0, xgboost 3.2.0",)


def test_a_run_that_kept_little_is_described_as_far_as_it_goes() -> None:
    """Nothing is made up: what was not recorded is not known, and importance is what the compliance gate measured."""
    card = document(replace(facts(BINARY), training=TrainingFacts(run_id="r-0")))
    assert _rows(_section(card, "Training data"))["all"] == ("not known",)
    assert _rows(_section(card, "Measures on the hold-out")) == {}
    assert _rows(_section(card, "What it goes by")) == {"weight": ("70.0%",), "visits": ("30.0%",)}
    assert "on the hold-out, by the compliance gate" in _said(_section(card, "What it goes by"))
    assert "Pictures of the training" not in [section.title for section in card.sections]


@_named
def test_markdown_has_every_section_and_cell(problem: ProblemType) -> None:
    """A table has as many cells in each row, whatever stands in them."""
    card = document(facts(problem, comparison="a | b\n<b>"))
    text = markdown(card)
    titles = [line.removeprefix("## ") for line in text.splitlines() if line.startswith("## ")]
    assert titles == [section.title for section in card.sections]
    assert r"| comparison | fail | a \| b &lt;b> |" in text
    assert "![importance](importance.png)" in text
    assert text == markdown(document(facts(problem, comparison="a | b\n<b>")))
