"""Which folder of a version's artifact jobs load."""

from pathlib import Path

import pytest
from mlflow.models import Model

from ml.versions.artifact import LOADER_MODULE, NoRawModelError, look_up_folder, looked_up_table, raw_model


def _model(at: Path, loader_module: str) -> Path:
    at.mkdir(parents=True)
    model = Model()
    model.add_flavor("python_function", loader_module=loader_module)
    model.save(str(at / "MLmodel"))
    return at


def test_of_a_packed_version_the_raw_model_is_loaded(tmp_path: Path) -> None:
    """It lies beside the specification, which names the table."""
    packed = _model(tmp_path / "packed", LOADER_MODULE)
    inner = _model(packed / "data" / "feature_store" / "raw_model", "mlflow.pyfunc.model")
    (inner.parent / "feature_spec.yaml").write_text("input_tables:\n- a.b.c: {table_id: t}\n")
    assert raw_model(packed) == inner
    assert look_up_folder(packed) == inner.parent
    assert looked_up_table(inner.parent) == "a.b.c"


def test_a_plain_model_is_loaded_itself(tmp_path: Path) -> None:
    """So versions from before the packing can still be judged and rolled back to."""
    plain = _model(tmp_path / "plain", "mlflow.pyfunc.model")
    assert (raw_model(plain), look_up_folder(plain)) == (plain, None)


def test_a_packed_version_that_is_not_whole_is_refused(tmp_path: Path) -> None:
    """The message says what is missing, and what to do."""
    packed = _model(tmp_path / "packed", LOADER_MODULE)
    with pytest.raises(NoRawModelError, match=r"lacks feature_spec\.yaml, raw_model/MLmodel: train again"):
        raw_model(packed)
