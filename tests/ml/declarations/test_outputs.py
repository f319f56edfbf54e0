"""The answers of several models in one table."""

from dataclasses import replace

from ml.declarations import MulticlassClassification, Regression, outputs
from tests.ml.problems.made import BINARY, MULTICLASS, REGRESSION, model


def test_columns_are_those_of_all_models_and_null_only_if_a_model_lacks_them() -> None:
    """One model: as its problem declares. Two of one problem: the same. Of two problems: each column once, or null."""
    assert outputs.columns([model(BINARY)]) == BINARY.output
    assert outputs.columns([model(REGRESSION), model(REGRESSION)]) == REGRESSION.output
    both = outputs.columns([model(BINARY), model(REGRESSION)])
    assert [(column.name, column.nullable) for column in both] == [
        ("probability", True),
        ("prediction", True),
        ("lower", True),
        ("upper", True),
    ]


def test_a_column_of_two_units_has_none() -> None:
    """What one table says of a column holds for every row."""
    (prediction, *_) = outputs.columns([model(REGRESSION), model(Regression(unit="kg"))])
    assert (prediction.name, prediction.unit, prediction.nullable) == ("prediction", None, False)
    kinds = MulticlassClassification(classes=("low", "middle", "high", "top"))
    found = {column.name: column for column in outputs.columns([model(MULTICLASS), model(kinds)])}
    assert found["prediction"].allowed == ()
    assert found["probability_low"].maximum == 1
    assert found["probability_top"].nullable


def test_two_types_of_one_column_are_refused() -> None:
    """A class and an amount, both called prediction."""
    (said,) = outputs.clashes([model(MULTICLASS), replace(model(REGRESSION), name="amount")])
    assert said.startswith("model 'amount' answers 'prediction' as double, and 'default_risk' as string: predictions")
    assert list(outputs.clashes([model(BINARY), model(REGRESSION)])) == []
