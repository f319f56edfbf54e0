"""The YAML files of a logged model: what is wrong in one is said at once, with its key."""

from pathlib import Path

import pytest

from localcloud.services.mlflow.model_files import CondaEnvironment, FeatureSpecification, MLmodel, ModelFileError, read


def test_what_is_not_asked_for_is_left_alone(tmp_path: Path) -> None:
    """MLflow writes more keys, with every version others."""
    file = tmp_path / "MLmodel"
    file.write_text("flavors: {python_function: {loader_module: a.b, env: {conda: x}}}\nsignature: {inputs: '[1]'}\n")
    found = read(file, MLmodel)
    assert found.flavors["python_function"].loader_module == "a.b"
    assert found.signature is not None
    assert (found.signature.inputs, found.signature.outputs) == ([1], None)


def test_every_mistake_is_named(tmp_path: Path) -> None:
    """By file and key, with what was given and what is allowed."""
    file = tmp_path / "feature_spec.yaml"
    file.write_text(
        "input_columns:\n  - age: {source: feature_store, data_type: int}\n  - limit: {source: 3}\n"
        "input_tables: a.b.c\n"
    )
    with pytest.raises(ModelFileError) as refused:
        read(file, FeatureSpecification)
    assert str(refused.value).split("; ") == [
        "feature_spec.yaml: input_columns.0.age is {'source': 'feature_store', 'data_type': 'int'}: value error, a "
        "column that is looked up needs table_name and feature_name",
        "input_columns.1.limit.source is 3: input should be a valid string",
        "input_columns.1.limit.data_type is missing",
        "input_tables is 'a.b.c': input should be a list",
        "log the model again",
    ]


@pytest.mark.parametrize(("text", "kind"), [("a: [", MLmodel), ("- conda", CondaEnvironment), ("", MLmodel)])
def test_what_is_no_mapping_is_refused(tmp_path: Path, text: str, kind: type[MLmodel]) -> None:
    """An empty file too."""
    file = tmp_path / "MLmodel"
    file.write_text(text)
    with pytest.raises(ModelFileError, match=r"^MLmodel"):
        read(file, kind)
