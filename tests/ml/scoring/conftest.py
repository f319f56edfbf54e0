"""Fixtures of this room."""

from collections.abc import Iterator
from pathlib import Path

import mlflow
import pytest
from mlflow.models import ModelSignature
from mlflow.types import ColSpec, DataType, Schema

from tests.ml.conftest import World, write_gold
from tests.ml.lake import Lake, lake
from tests.ml.scoring.live import CATALOG, CREDIT, MODEL

__all__ = ["lake"]


@pytest.fixture(scope="module")
def registered(world: World) -> Iterator[mlflow.MlflowClient]:
    """Two versions of a model in the registry of the world's MLflow server; none is live yet."""
    types = {feature.name: feature.type for feature in CREDIT.models[0].feature_table.features}
    inputs = [
        ColSpec(DataType.long if types[name] == "int" else DataType.double, name) for name in CREDIT.models[0].features
    ]
    signature = ModelSignature(Schema(inputs), Schema([ColSpec(DataType.double, "probability")]))
    # By name: the process may remember an experiment of another server.
    mlflow.set_experiment("scored")
    with mlflow.start_run():
        logged = mlflow.pyfunc.log_model(
            name="model",
            python_model=str(Path(__file__).with_name("delay_model.py")),
            signature=signature,
            pip_requirements=["mlflow"],
        )
    world.client.create_registered_model(MODEL)
    for _ in range(2):
        world.client.create_model_version(MODEL, logged.model_uri, model_id=logged.model_id)
    yield world.client
    world.client.delete_registered_model(MODEL)


@pytest.fixture
def gold(lake: Lake, tmp_path: Path) -> Lake:
    """A lake with 40 feature rows, 20 in each of two months, and the job's task values."""
    lake.monkeypatch.setenv("MLOPS_TASK_VALUES", str(tmp_path / "values.json"))
    write_gold(lake.tables, CREDIT, rows=40, months=2)
    (lake.root / "prod").rename(lake.root / CATALOG)
    return lake
