"""What the runtime's MLflow does, and MLflow's own build does not."""

from pathlib import Path

import pytest
import yaml
from mlflow.exceptions import MlflowException
from mlflow.models import Model
from mlflow.store._unity_catalog.registry import rest_store

from localcloud.services.jobs import runtime_mlflow
from tests.localcloud.services.serving.world import FEATURES, specification


@pytest.fixture
def packed(tmp_path: Path) -> str:
    """A model packed for feature look-up, as far as registering it reads."""
    model = Model()
    model.add_flavor(
        "python_function", loader_module="databricks.feature_store.mlflow_model", data="data/feature_store"
    )
    model.save(str(tmp_path / "MLmodel"))
    folder = tmp_path / "data" / "feature_store"
    folder.mkdir(parents=True)
    (folder / "feature_spec.yaml").write_text(yaml.safe_dump(specification()))
    return str(tmp_path)


def test_a_task_registers_in_unity_catalog_what_mlflow_alone_refuses(
    packed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the runtime's build the version is refused; with it, its features are its dependencies."""
    original = rest_store.get_feature_dependencies
    with pytest.raises(MlflowException, match="can only be registered on a Databricks cluster"):
        original(packed)
    monkeypatch.setattr(rest_store, "get_feature_dependencies", original)
    runtime_mlflow.install()
    assert rest_store.get_feature_dependencies(packed) == f"{FEATURES}.credit_limit,{FEATURES}.age"


def test_a_plain_model_depends_on_no_feature(tmp_path: Path) -> None:
    """There is no specification, so there is nothing to name."""
    assert runtime_mlflow.feature_dependencies(str(tmp_path)) == ""
