"""What a process of a worker answers, and what it imports."""

import json
import subprocess
import sys
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
import pytest
import xgboost
from mlflow.models import ModelSignature
from mlflow.types import ColSpec, Schema

from ml.scoring import model_on_workers, on_worker
from ml.versions import artifact, contract, pyfunc_model
from ml.versions.scorer import DESCRIPTION_FILE, XGBOOST_FILE

_FEATURES = ("income", "age")
_ROWS = ({"income": 1250.5, "age": 41}, {"income": None, "age": 17}, {"income": -3.0, "age": 80})
# What a fresh process says of the packed model in the file that it is given.
_WORKER = """
import json, sys
from pathlib import Path
import pyarrow as pa
from ml.scoring.on_worker import answers, loaded
batch = pa.RecordBatch.from_pylist(json.loads(sys.argv[2]), pa.schema({"age": "int64", "income": "float64"}))
taken = {"age": "int64", "income": "float64"}
found = answers(loaded(Path(sys.argv[1]).read_bytes(), taken), batch, taken)["probability"].tolist()
heavy = sorted({"mlflow", "sklearn", "xgboost"} & sys.modules.keys())
from xgboost import XGBClassifier
print(json.dumps([found, heavy, XGBClassifier(n_estimators=3).n_estimators]))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A raw model of two numbers, the first of which may be null."""
    made = tmp_path_factory.mktemp("version")
    (made / "fitted").mkdir()
    inputs = np.random.default_rng(7).normal(size=(300, 2)) * (1000, 20)
    matrix = xgboost.DMatrix(inputs.astype(np.float32), (inputs.sum(axis=1) > 0).astype(int))
    booster = xgboost.train({"objective": "binary:logistic"}, matrix, 20)
    booster.save_model(str(made / "fitted" / XGBOOST_FILE))
    features = [{"name": name, "kind": "number", "nullable": name == "income"} for name in _FEATURES]
    calibration = {"method": "sigmoid", "slope": 1.3, "intercept": -0.4}
    described = {"learners": ["xgboost"], "features": features, "categories": {}, "calibration": calibration}
    (made / "fitted" / DESCRIPTION_FILE).write_text(json.dumps(described))
    mlflow.pyfunc.save_model(
        path=str(made / "raw"),
        python_model=str(pyfunc_model.__file__),
        artifacts=artifact.raw_contents(made / "fitted"),
        signature=ModelSignature(
            Schema([ColSpec("double", name) for name in _FEATURES]),
            Schema([ColSpec("double", "probability")]),
            contract.PARAMS,
        ),
        pip_requirements=["mlflow"],
    )
    return made / "raw"


def test_a_worker_answers_as_mlflow_does_and_imports_nothing_heavy(folder: Path, tmp_path: Path) -> None:
    """A null included. XGBoost is whole for whoever imports it in that process afterwards."""
    (tmp_path / "packed").write_bytes(model_on_workers.packed(str(folder)))
    command = [sys.executable, "-c", _WORKER, str(tmp_path / "packed"), json.dumps(_ROWS)]
    printed = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout
    frame = pd.DataFrame(_ROWS).astype("float64")
    expected = mlflow.pyfunc.load_model(str(folder)).predict(frame)["probability"].tolist()
    assert json.loads(printed) == [expected, [], 3]


def test_what_takes_other_features_is_asked_by_mlflow(folder: Path) -> None:
    """So that MLflow says which feature is missing."""
    archive = model_on_workers.packed(str(folder))
    assert hasattr(on_worker.loaded(archive, ["age", "income", "more"]), "numbers")
    assert isinstance(on_worker.loaded(archive, ["age"]), mlflow.pyfunc.PyFuncModel)
