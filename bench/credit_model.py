"""A version of the credit model packed as in training, on synthetic clients, and the online store with them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import xgboost
import yaml
from mlflow.types import DataType

from localcloud.services.serving.online.rows import OnlineRows
from ml.declarations import Model
from ml.training.feature_spec import Source, feature_spec
from ml.usecases import use_case
from ml.versions import artifact, contract, pyfunc_model, scorer

CLIENTS = 30_000
TABLE, ONLINE = "prod.credit_gold.client_features", "prod.credit_gold.client_features_online"
_TREES, _DEPTH, _FITTED, _SEED = 200, 5, 5_000, 7
# The key of a client in a request.
KEY = {"client_id": CLIENTS // 2}


@dataclass(frozen=True, kw_only=True)
class Made:
    """`packed` looks features up in `store`; `raw` is the model in it. `row` has the features of client `KEY`."""

    packed: Path
    raw: Path
    store: Path
    row: Mapping[str, Any]


def make(folder: Path) -> Made:
    """Fit the booster, pack it, and publish the clients."""
    model = use_case("credit").models[0]
    signature = contract.signature(model)
    generator = np.random.default_rng(_SEED)
    names = list(model.features)
    columns = {column.name: column.type for column in signature.inputs}
    matrix = clients(model, CLIENTS, generator)
    rows = [_row(line, names, columns) for line in matrix]
    data = folder / artifact.DATA_FOLDER
    raw_model(data / artifact.RAW_MODEL_FOLDER, model, matrix[:_FITTED], generator)
    spec = feature_spec(model, Source(table=TABLE, table_id="t", workspace_id=1))
    (data / artifact.SPEC_FILE).write_text(yaml.safe_dump(dict(spec), sort_keys=False))
    mlflow.pyfunc.save_model(
        path=str(folder / "packed"),
        loader_module=artifact.LOADER_MODULE,
        data_path=str(data),
        signature=contract.serving_signature(model),
        pip_requirements=contract.serving_requirements(model.algorithms),
    )
    packed = folder / "packed"
    store = folder / "online.db"
    published = OnlineRows(store)
    published.replace(ONLINE, ((str(key), row) for key, row in enumerate(rows)))
    published.announce(ONLINE, TABLE, key_is_text=False, published_at=1.0)
    published.close()
    return Made(packed=packed, raw=artifact.raw_model(packed), store=store, row=rows[KEY["client_id"]])


def clients(model: Model, count: int, generator: np.random.Generator) -> Any:
    """Synthetic values: one row per client, one column per feature of `model`."""
    return generator.integers(0, 50_000, size=(count, len(model.features))).astype(float)


def raw_model(path: Path, model: Model, matrix: Any, generator: np.random.Generator) -> None:
    """Fit the booster to `matrix`, and save at `path` the model that takes features."""
    mlflow.pyfunc.save_model(
        path=str(path),
        python_model=str(pyfunc_model.__file__),
        artifacts=artifact.raw_contents(_fitted(path.parent / "fitted", model, matrix, generator)),
        signature=contract.signature(model),
        pip_requirements=contract.requirements(model.algorithms),
    )


def _described(model: Model) -> Mapping[str, object]:
    calibration = {"method": "sigmoid", "slope": 1.0, "intercept": 0.0}
    return contract.describe(model, categories={}, readers=["xgboost"], calibration=calibration)


def _row(line: Any, names: list[str], columns: Mapping[str, DataType]) -> dict[str, Any]:
    casts = {DataType.long: int, DataType.double: float, DataType.boolean: bool}
    return {name: casts[columns[name]](value) for name, value in zip(names, line, strict=True)}


def _fitted(folder: Path, model: Model, matrix: Any, generator: np.random.Generator) -> Path:
    labels = (matrix[:, 0] + matrix[:, 1] + generator.normal(0, 20_000, len(matrix)) > 50_000).astype(int)
    parameters = {"objective": "binary:logistic", "max_depth": _DEPTH, "seed": _SEED}
    booster = xgboost.train(parameters, xgboost.DMatrix(matrix.astype(np.float32), labels), num_boost_round=_TREES)
    folder.mkdir(parents=True)
    booster.save_model(str(folder / scorer.XGBOOST_FILE))
    (folder / scorer.DESCRIPTION_FILE).write_text(json.dumps(_described(model)))
    return folder
