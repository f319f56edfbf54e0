"""What a model takes and gives: its MLflow signature, input example, requirements and provenance."""

import platform
from collections.abc import Mapping, Sequence
from importlib import import_module

import mlflow
import numpy as np
import pandas as pd
from mlflow.models import ModelSignature
from mlflow.types import ColSpec, DataType, Schema, TensorSpec

from ml.declarations import Algorithm, Feature, Model
from ml.examples.dataset import Pinned
from ml.versions.artifact import LOOK_UP_REQUIREMENT
from ml.versions.pyfunc_model import PROBABILITY

_TYPES = {"int": DataType.long, "bigint": DataType.long, "double": DataType.double, "boolean": DataType.boolean}
_KEYS = {"int": DataType.long, "bigint": DataType.long}
_PANDAS = {DataType.long: "int64", DataType.double: "float64", DataType.boolean: "bool"}
# Imports of `pyfunc_model.py`, which must be importable where the model is served.
_PACKAGES = {
    Algorithm.XGBOOST: ("mlflow", "numpy", "pandas", "xgboost"),
    Algorithm.SPARK_GBT: ("mlflow", "numpy", "pandas", "pyarrow"),
}


def model_features(model: Model) -> tuple[Feature, ...]:
    """The declared features that the model takes, in order."""
    declared = {feature.name: feature for feature in model.feature_table.features}
    return tuple(declared[name] for name in model.features)


def _type(feature: Feature) -> DataType:
    """Whole numbers are long, or double where they may be null. Raises ValueError for text and times."""
    if feature.type not in _TYPES:
        raise ValueError(
            f"feature {feature.name!r} is {feature.type}; a model takes {', '.join(_TYPES)}: encode it as a number"
        )
    return DataType.double if feature.null_meaning else _TYPES[feature.type]


def signature(model: Model) -> ModelSignature:
    """Of the raw model: every feature by name and type, and one `probability`."""
    return _signature([ColSpec(_type(feature), feature.name) for feature in model_features(model)])


def serving_signature(model: Model) -> ModelSignature:
    """Of the packed model: the key, which a request must give, and every feature, which it may bring itself."""
    table = model.feature_table
    key = ColSpec(_KEYS.get(table.source.column(table.key).type, DataType.string), table.key)
    features = [ColSpec(_type(feature), feature.name, required=False) for feature in model_features(model)]
    return _signature([key, *features])


def _signature(inputs: Sequence[ColSpec | TensorSpec]) -> ModelSignature:
    return ModelSignature(Schema(list(inputs)), Schema([ColSpec(DataType.double, PROBABILITY)]))


def model_input(model: Model, frame: pd.DataFrame) -> pd.DataFrame:
    """The model's features of `frame`, with the types of its signature. Extra columns are left behind."""
    types = {feature.name: _PANDAS[_type(feature)] for feature in model_features(model)}
    return frame[list(types)].astype(types)


def input_example(model: Model, frame: pd.DataFrame) -> pd.DataFrame:
    """Three made-up rows: quartiles of each feature of `frame`. No row is a real one, so none is personal."""
    numbers = frame[list(model.features)].astype("float64")
    quartiles = numbers.quantile([0.25, 0.5, 0.75], interpolation="nearest").reset_index(drop=True)
    return model_input(model, quartiles.fillna(0.0))


def requirements(algorithm: Algorithm) -> list[str]:
    """The packages that serving needs, pinned to the versions that training used."""
    return [f"{name}=={import_module(name).__version__}" for name in _PACKAGES[algorithm]]


def index(url: str) -> list[str]:
    """The line by which pip, and conda through it, asks only the index `url`; nothing without one."""
    return [f"--index-url {url}"] if url else []


def serving_requirements(algorithm: Algorithm, package_index: str = "") -> list[str]:
    """What serving needs beside: the client that looks features up, and where to get everything from."""
    return [*index(package_index), *requirements(algorithm), LOOK_UP_REQUIREMENT]


def provenance(model: Model, pinned: Pinned) -> Mapping[str, object]:
    """Which tables at which versions, and what trained: kept with the model, and read by people."""
    return {
        "features": {"table": pinned.features, "version": pinned.features_version},
        "outcome": {"table": pinned.outcomes, "version": pinned.outcomes_version, "label": model.outcome.label},
        "python": platform.python_version(),
        "mlflow": mlflow.__version__,
    }


def describe(model: Model, slope: float, intercept: float) -> Mapping[str, object]:
    """The `model.json` that `pyfunc_model.py` reads."""
    features: Sequence[Mapping[str, object]] = [
        {"name": feature.name, "nullable": feature.null_meaning is not None} for feature in model_features(model)
    ]
    if not np.isfinite([slope, intercept]).all():
        raise ValueError(f"calibration slope {slope} and intercept {intercept} must be finite")
    return {
        "algorithm": str(model.algorithm),
        "features": features,
        "calibration": {"method": "sigmoid", "slope": slope, "intercept": intercept},
    }
