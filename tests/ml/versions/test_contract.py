"""What a model takes and gives."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from ml.declarations import Algorithm
from ml.training.feature_spec import Source, feature_spec
from ml.usecases import use_case
from ml.versions import contract


def test_text_is_taken_as_text() -> None:
    """The served model itself makes numbers of it."""
    model = replace(use_case("credit").models[0], features=("limit_bal", "age_band"))
    assert [kind.name for kind in contract.signature(model).inputs.input_types()] == ["double", "string"]
    assert contract.kinds(contract.model_features(model)) == {"limit_bal": "number", "age_band": "category"}


def test_model_input_has_the_types_of_the_signature() -> None:
    """Spark's 32-bit integers become long, extra columns are left behind."""
    model = replace(use_case("credit").models[0], features=("limit_bal", "education"))
    given = pd.DataFrame({"education": np.array([1], dtype="int32"), "limit_bal": [5.0], "sex": [1]})
    frame = contract.model_input(model, given)
    assert frame.dtypes.astype(str).to_dict() == {"limit_bal": "float64", "education": "int64"}


def test_a_whole_number_that_may_be_null_is_a_double() -> None:
    """pandas has no null in int64, so the signature says double."""
    credit = use_case("credit").models[0]
    table = credit.feature_table
    features = tuple(replace(f, null_meaning="unknown") if f.name == "education" else f for f in table.features)
    model = replace(
        use_case("credit").models[0], features=("education",), feature_table=replace(table, features=features)
    )
    assert contract.signature(model).inputs.input_types()[0].name == "double"
    assert contract.model_input(model, pd.DataFrame({"education": [1.0, None]}))["education"].isna().tolist() == [
        False,
        True,
    ]


def test_a_default_stands_in_the_specification_where_no_null_has_a_meaning() -> None:
    """It is written as text, as the client writes it; a feature whose null means something can have none."""
    credit = use_case("credit").models[0]
    model = replace(credit, defaults={"limit_bal": 0.5})
    source = Source(table="prod.credit_gold.client_features", table_id="t-1", workspace_id=7)
    columns = feature_spec(model, source)["input_columns"]
    assert isinstance(columns, list)
    defaults = {name: fields.get("default_value") for column in columns[1:] for name, fields in column.items()}
    assert {name: default for name, default in defaults.items() if default is not None} == {"limit_bal": "0.5"}
    with pytest.raises(ValueError, match=r"defaults name 'nonsense', which is no feature of it"):
        replace(credit, defaults={"nonsense": 1.0})
    table = credit.feature_table
    nullable = tuple(replace(f, null_meaning="unknown") if f.name == "limit_bal" else f for f in table.features)
    with pytest.raises(ValueError, match=r"'limit_bal', whose null has a meaning of its own"):
        replace(credit, feature_table=replace(table, features=nullable), defaults={"limit_bal": 0.5})


def test_requirements_are_pinned_and_name_no_package_of_this_repository() -> None:
    """Exact versions of what the served file imports."""
    for algorithm in Algorithm:
        listed = contract.requirements([algorithm])
        assert all(line.count("==") == 1 for line in listed)
        assert not any(line.startswith(("ml==", "mlops", "pyspark")) for line in listed)
