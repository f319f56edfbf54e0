"""A small credit model, packed for feature look-up, and an online store that holds clients 1 and 2."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import mlflow
import numpy as np
import pytest
import xgboost
import yaml
from mlflow.models import ModelSignature
from mlflow.types import ColSpec, Schema

from localcloud.services.serving.online.rows import OnlineRows
from ml.server.version import Version, load
from ml.versions import artifact, contract, pyfunc_model, scorer

TABLE, ONLINE = "prod.credit_gold.client_features", "prod.credit_gold.online"
# Name, type of the signature, type of the specification, and whether it may be null.
FEATURES = (("income", "double", "double", True), ("age", "long", "int", False), ("owner", "boolean", "boolean", False))
ROW = {"income": 1250.5, "age": 41, "owner": True}


@pytest.fixture(scope="package")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A version as training packs it: `raw_model` takes the features, the specification says how to look them up."""
    made = tmp_path_factory.mktemp("version")
    trained = made / "trained"
    trained.mkdir()
    generator = np.random.default_rng(7)
    inputs = generator.normal(size=(300, len(FEATURES))) * (1000, 20, 1)
    labels = (inputs[:, 0] + 50 * inputs[:, 1] > 0).astype(int)
    booster = xgboost.train({"objective": "binary:logistic"}, xgboost.DMatrix(inputs.astype(np.float32), labels), 20)
    booster.save_model(str(trained / scorer.XGBOOST_FILE))
    described = {
        "learners": ["xgboost"],
        "features": [{"name": name, "kind": "number", "nullable": nullable} for name, _, _, nullable in FEATURES],
        "categories": {},
        "calibration": {"method": "sigmoid", "slope": 1.3, "intercept": -0.4},
    }
    (trained / scorer.DESCRIPTION_FILE).write_text(json.dumps(described))
    data = made / "feature_store"
    mlflow.pyfunc.save_model(
        path=str(data / "raw_model"),
        python_model=str(pyfunc_model.__file__),
        artifacts=artifact.raw_contents(trained),
        signature=ModelSignature(
            Schema([ColSpec(kind, name) for name, kind, _, _ in FEATURES]),
            Schema([ColSpec("double", "probability")]),
            contract.PARAMS,
        ),
        pip_requirements=["mlflow"],
    )
    (data / "feature_spec.yaml").write_text(yaml.safe_dump(_specification()))
    mlflow.pyfunc.save_model(
        path=str(made / "packed"),
        loader_module="databricks.feature_store.mlflow_model",
        data_path=str(data),
        pip_requirements=["mlflow"],
    )
    return made / "packed"


@pytest.fixture(scope="package")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OnlineRows]:
    """The online store as the local cloud writes it. Client 2 has no age."""
    rows = OnlineRows(tmp_path_factory.mktemp("online") / "online.db")
    rows.replace(ONLINE, [("1", ROW), ("2", {**ROW, "age": None})])
    rows.announce(ONLINE, TABLE, key_is_text=False, published_at=(datetime.now(UTC) - timedelta(minutes=1)).timestamp())
    yield rows
    rows.close()


@pytest.fixture(scope="package")
def looking(folder: Path, store: OnlineRows) -> Version:
    """The version that looks its features up."""
    return load(folder, "7", store.file)


@pytest.fixture(scope="package")
def raw(folder: Path) -> Version:
    """The model in it, which is given its features."""
    return load(folder / "data" / "feature_store" / "raw_model", "7", None)


def _specification() -> dict[str, object]:
    key = {"data_type": "bigint", "include": False, "topological_ordering": 0, "source": "training_data"}
    found = {"table_name": TABLE, "lookup_key": ["client_id"], "source": "feature_store"}
    looked_up = [
        {name: {**found, "feature_name": name, "data_type": kind, "topological_ordering": place}}
        for place, (name, _, kind, _) in enumerate(FEATURES, 1)
    ]
    return {
        "input_columns": [{"client_id": key}, *looked_up],
        "input_tables": [{TABLE: {"table_id": "t"}}],
        "serialization_version": 9,
    }
