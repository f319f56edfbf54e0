"""What a declaration refuses of a model and its problem: all mistakes at once, each with what to do."""

from dataclasses import replace

import pytest

from ml.declarations import (
    COST,
    Algorithm,
    BinaryClassification,
    Column,
    Costs,
    DeclarationError,
    MeasureRule,
    Model,
    Monitoring,
    MulticlassClassification,
    ProblemType,
    Promotion,
    Regression,
    Tuning,
)
from ml.usecases import use_case
from tests.ml.problems.made import gates

CREDIT = use_case("credit")
REGRESSION = Regression(unit="EUR")
KINDS = MulticlassClassification(classes=("a", "b", "c"))


def _labelled(label: Column, problem: ProblemType, **changes: object) -> Model:
    """The credit model with another label and problem."""
    table = CREDIT.models[0].outcome.table
    columns = tuple(label if column.name == "defaulted" else column for column in table.columns)
    outcome = replace(CREDIT.models[0].outcome, table=replace(table, columns=columns), label=label.name)
    given: dict[str, object] = {"monitoring": Monitoring(), "gates": gates(problem), "algorithms": (Algorithm.XGBOOST,)}
    given |= changes
    return replace(CREDIT.models[0], outcome=outcome, problem=problem, **given)


def _label(kind: str, allowed: tuple[int | str, ...] = ()) -> Column:
    return Column(name="defaulted", type=kind, comment="The label.", allowed=allowed)


def test_every_mistake_of_a_model_is_named_at_once() -> None:
    """A label of another type, gates of a yes or no, an algorithm that cannot learn it, one twice, and a copy."""
    twice = (Algorithm.SPARK_GBT, Algorithm.XGBOOST, Algorithm.XGBOOST)
    with pytest.raises(DeclarationError) as refused:
        _labelled(
            _label("string"), REGRESSION, algorithms=twice, promotion=Promotion.COPY, gates=CREDIT.models[0].gates
        )
    assert refused.value.problems == (
        "label 'defaulted' is string; regression takes int, bigint, double: change the column or the problem",
        "gates judge by roc_auc, log_loss, brier_score, expected_calibration_error, which regression does not have: it "
        "is measured by root_mean_squared_error, mean_absolute_error, r2",
        "gates have decides_at, min_selection_ratio, and regression decides nothing: remove them",
        "algorithms are ['spark_gbt', 'xgboost', 'xgboost']: name at least one, each once",
        "algorithms ['spark_gbt'] cannot learn regression: name some of xgboost, lightgbm, linear, network",
        "spark_gbt keeps its rows on Spark's workers, and the others want them on one node: name spark_gbt alone, or "
        "leave it out",
        "promotion is copy, which no job does: declare deploy_code, so that each environment trains its own version by "
        "the same code",
    )


@pytest.mark.parametrize(
    ("label", "problem", "said"),
    [
        (_label("double"), BinaryClassification(), "is double; binary classification takes int, bigint"),
        (_label("int", (0, 1, 2)), BinaryClassification(), r"allows \[2\]; binary classification takes 0 and 1"),
        (_label("double"), KINDS, "is double; multi-class classification takes int, bigint, string"),
        (_label("string", ("a", "b")), KINDS, r"allows \['a', 'b'\], and the classes are \['a', 'b', 'c'\]"),
    ],
)
def test_a_label_that_the_problem_cannot_have_is_refused(label: Column, problem: ProblemType, said: str) -> None:
    """By type, and by the values that its column allows."""
    with pytest.raises(DeclarationError, match=said):
        _labelled(label, problem)


@pytest.mark.parametrize(
    ("label", "problem"),
    [
        (_label("bigint"), BinaryClassification()),
        (_label("string", ("c", "a", "b")), KINDS),
        (_label("int", (1, 2, 3)), MulticlassClassification(classes=(1, 2, 3))),
        (_label("double"), REGRESSION),
        (_label("int"), REGRESSION),
    ],
)
def test_a_label_that_fits_is_taken(label: Column, problem: ProblemType) -> None:
    """One of each kind."""
    assert _labelled(label, problem).problem == problem


def test_a_label_that_is_no_column_is_refused() -> None:
    """It would be found out by the training otherwise."""
    table = CREDIT.models[0].outcome.table
    without = replace(table, columns=tuple(column for column in table.columns if column.name != "defaulted"))
    with pytest.raises(DeclarationError, match="label 'defaulted' is no column of 'client_outcomes'"):
        replace(CREDIT.models[0], outcome=replace(CREDIT.models[0].outcome, table=without))


@pytest.mark.parametrize("classes", [("a", "b"), ("a", "b", "b"), ("a", "b", 3), ("a", "b", "C D")])
def test_classes_that_make_no_question_are_refused(classes: tuple[int | str, ...]) -> None:
    """Two, the same twice, numbers beside text, and what cannot be part of a column's name."""
    with pytest.raises(DeclarationError, match="classes"):
        MulticlassClassification(classes=classes)


def test_a_share_and_a_number_of_trials_that_cannot_be_are_refused() -> None:
    """Each says what to give."""
    with pytest.raises(DeclarationError, match=r"coverage is 1\.0: give a share between 0 and 1"):
        Regression(unit="EUR", coverage=1.0)
    with pytest.raises(DeclarationError, match="trials is 0: give 1 or more"):
        Tuning(trials=0)


def test_decisions_belong_to_a_problem_that_decides() -> None:
    """A yes or no without a threshold is refused; so are threshold, ratio and costs of what chooses no rows."""
    without = replace(CREDIT.models[0].gates, compliance=replace(CREDIT.models[0].gates.compliance, decides_at=None))
    with pytest.raises(DeclarationError, match="compliance gate has no decides_at, and binary classification decides"):
        replace(CREDIT.models[0], gates=without)
    costs = Costs(false_positive=1, false_negative=5)
    judged = gates(KINDS)
    deciding = replace(
        judged,
        compliance=replace(judged.compliance, decides_at=costs),
        comparison=replace(judged.comparison, costs=costs),
    )
    said = "gates have decides_at, costs, and multi-class classification decides nothing: remove them"
    with pytest.raises(DeclarationError, match=said):
        _labelled(_label("string"), KINDS, gates=deciding)
    cost = MeasureRule(measure=COST, margin=0.1)
    paid = replace(judged, comparison=replace(judged.comparison, measures=(cost,), must_improve={}, costs=costs))
    with pytest.raises(DeclarationError, match="gates judge by cost, which multi-class classification does not have"):
        _labelled(_label("string"), KINDS, gates=paid)


def test_what_is_answered_is_named_by_the_problem() -> None:
    """The columns of the served model, with their units."""
    assert [column.name for column in BinaryClassification().output] == ["probability"]
    assert [column.name for column in KINDS.output] == ["prediction", "probability_a", "probability_b", "probability_c"]
    assert [(column.name, column.unit) for column in REGRESSION.output] == [
        ("prediction", "EUR"),
        ("lower", "EUR"),
        ("upper", "EUR"),
    ]


def test_trees_over_spark_take_numbers_alone() -> None:
    """Text would have to be encoded on the workers, and no reader of those trees knows categories."""
    with pytest.raises(DeclarationError, match=r"spark_gbt takes numbers, and \['age_band'\] are text or times"):
        replace(CREDIT.models[0], features=("limit_bal", "age_band"), algorithms=(Algorithm.SPARK_GBT,))
