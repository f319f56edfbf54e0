"""A model's contract: its MLflow signature, input example, requirements and provenance."""

import platform
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

import mlflow
import pandas as pd
from mlflow.models import ModelSignature
from mlflow.types import ColSpec, DataType, ParamSchema, ParamSpec, Schema, TensorSpec

from ml.declarations import Algorithm, Column, Feature, Model
from ml.examples.dataset import Pinned
from ml.versions.artifact import LOOK_UP_REQUIREMENT
from ml.versions.pyfunc_model import REASONS

# Request parameters: the number of reasons per row, none by default.
PARAMS = ParamSchema([ParamSpec(REASONS, DataType.long, 0)])
_TYPES = {
    "int": DataType.long,
    "bigint": DataType.long,
    "double": DataType.double,
    "boolean": DataType.boolean,
    "string": DataType.string,
    "date": DataType.datetime,
    "timestamp": DataType.datetime,
}
_KINDS = {DataType.string: "category", DataType.datetime: "time"}
_KEYS = {"int": DataType.long, "bigint": DataType.long}
_PANDAS = {
    DataType.long: "int64",
    DataType.double: "float64",
    DataType.boolean: "bool",
    DataType.string: "object",
    DataType.datetime: "datetime64[ns]",
}
# Imports of `pyfunc_model.py` and `scorer.py`, which serving must be able to import.
_ALWAYS = ("mlflow", "numpy", "pandas")
_PACKAGES = {Algorithm.XGBOOST: ("xgboost",), Algorithm.LIGHTGBM: ("lightgbm",)}


def model_features(model: Model) -> tuple[Feature, ...]:
    """The declared features that the model takes, in order."""
    declared = {feature.name: feature for feature in model.feature_table.features}
    return tuple(declared[name] for name in model.features)


def _type(feature: Feature) -> DataType:
    """Whole numbers are long; nullable whole numbers and booleans are double."""
    found = _TYPES[feature.type]
    return DataType.double if feature.null_meaning and found in (DataType.long, DataType.boolean) else found


def kinds(features: Sequence[Feature]) -> dict[str, str]:
    """How the served model encodes each feature: as a `number`, a `time` or a `category`."""
    return {feature.name: _KINDS.get(_type(feature), "number") for feature in features}


def signature(model: Model) -> ModelSignature:
    """The signature of the raw model: every feature by name and type, and the problem's output columns."""
    return _signature(model, [ColSpec(_type(feature), feature.name) for feature in model_features(model)])


def serving_signature(model: Model) -> ModelSignature:
    """The signature of the packed model: the key, which a request must give, and every feature, all optional."""
    table = model.feature_table
    key = ColSpec(_KEYS.get(table.source.column(table.key).type, DataType.string), table.key)
    features = [ColSpec(_type(feature), feature.name, required=False) for feature in model_features(model)]
    return _signature(model, [key, *features])


def _signature(model: Model, inputs: Sequence[ColSpec | TensorSpec]) -> ModelSignature:
    return ModelSignature(Schema(list(inputs)), Schema([_answer(column) for column in model.problem.output]), PARAMS)


def label_schema(model: Model) -> Schema:
    """The label with MLflow's name of its type."""
    outcome = model.outcome
    return Schema([_answer(column) for column in outcome.table.columns if column.name == outcome.label])


def _answer(column: Column) -> ColSpec:
    return ColSpec(_TYPES[column.type], column.name)


def model_input(model: Model, frame: pd.DataFrame) -> pd.DataFrame:
    """The model's features from `frame`, with the types of its signature. Extra columns are dropped."""
    types = pandas_types(model)
    return frame[list(types)].astype(types)


def pandas_types(model: Model) -> dict[str, str]:
    """The pandas type of each feature, by name, for the model's signature."""
    return {feature.name: _PANDAS[_type(feature)] for feature in model_features(model)}


def signed_input(signature: ModelSignature, frame: pd.DataFrame) -> pd.DataFrame:
    """As `model_input`, but by the version's own signature, since an earlier declaration may have trained it.

    Raises ValueError if `frame` lacks a feature.
    """
    types = {column.name: _PANDAS[column.type] for column in signature.inputs.inputs}
    absent = sorted(set(types) - set(frame.columns))
    if absent:
        raise ValueError(f"it needs features {absent}, which the feature table no longer has")
    return frame[list(types)].astype(types)


def input_example(model: Model, frame: pd.DataFrame) -> pd.DataFrame:
    """Three made-up rows: quartiles of each feature of `frame`; for text, its most frequent values.

    No row is real, so none is personal data.
    """
    rows = pd.DataFrame({name: _made_up(frame[name], kind) for name, kind in kinds(model_features(model)).items()})
    return model_input(model, rows)


def _made_up(values: "pd.Series[Any]", kind: str) -> list[object]:
    known = values.dropna()
    if kind == "category":
        frequent = [str(value) for value in known.astype(str).value_counts().index[:3]] or [""]
        return [frequent[place % len(frequent)] for place in range(3)]
    numbers: pd.Series[Any] = pd.to_datetime(known) if kind == "time" else known.astype("float64")
    if not len(numbers):
        return [pd.Timestamp(0) if kind == "time" else 0.0] * 3
    return list(numbers.quantile([0.25, 0.5, 0.75], interpolation="nearest"))


def requirements(algorithms: Sequence[Algorithm], packages: Sequence[str] = ()) -> list[str]:
    """The packages that serving needs, pinned to the versions that training used; `packages`: the problem's own."""
    names = [*_ALWAYS, *(name for algorithm in algorithms for name in _PACKAGES.get(algorithm, ())), *packages]
    return [f"{name}=={import_module(name).__version__}" for name in names]


def index(url: str) -> list[str]:
    """The requirements line that restricts pip, also through conda, to the index `url`; nothing without one."""
    return [f"--index-url {url}"] if url else []


def serving_requirements(
    algorithms: Sequence[Algorithm], package_index: str = "", packages: Sequence[str] = ()
) -> list[str]:
    """Serving's additional requirements: the feature look-up client, and the package index."""
    return [*index(package_index), *requirements(algorithms, packages), LOOK_UP_REQUIREMENT]


def provenance(model: Model, pinned: Pinned) -> Mapping[str, object]:
    """Provenance for people, stored with the model: tables with their versions, and the training code."""
    return {
        "features": {"table": pinned.features, "version": pinned.features_version},
        "outcome": {"table": pinned.outcomes, "version": pinned.outcomes_version, "label": model.outcome.label},
        "python": platform.python_version(),
        "mlflow": mlflow.__version__,
    }


def describe(
    model: Model,
    *,
    categories: Mapping[str, Sequence[str]],
    readers: Sequence[str],
    calibration: Mapping[str, object],
) -> Mapping[str, object]:
    """The `model.json` that `scorer.py` reads."""
    taken = model_features(model)
    features: Sequence[Mapping[str, object]] = [
        {"name": feature.name, "kind": kinds([feature])[feature.name], "nullable": feature.null_meaning is not None}
        for feature in taken
    ]
    return {
        "features": features,
        "categories": dict(categories),
        "learners": list(readers),
        "calibration": dict(calibration),
    }
