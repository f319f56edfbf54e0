"""A sample request for an endpoint's form: one row with the inputs of the served model."""

import json
from pathlib import Path
from typing import Any

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import ApiError
from localcloud.kernel.store import Document
from localcloud.services.mlflow import model_files
from localcloud.services.mlflow.model_files import FeatureSpecification, MLmodel
from localcloud.services.serving import artifacts
from localcloud.services.serving.artifacts import Served

# By MLflow's and Spark's names of types; anything else begins as text.
_WHOLE = frozenset({"long", "integer", "bigint", "int", "smallint", "tinyint"})
_BROKEN = frozenset({"double", "float"})


def request(cloud: Cloud, endpoint: Document) -> str:
    """JSON of one row for the endpoint's first served entity; without columns if its signature is unknown."""
    entities = (endpoint.get("config") or {}).get("served_entities") or []
    row: dict[str, Any] = {}
    if entities:
        try:
            row = _row(artifacts.find(cloud, entities[0]["entity_name"], str(entities[0]["entity_version"])))
        except (ApiError, OSError, ValueError, KeyError, TypeError):
            row = {}
    return json.dumps({"dataframe_records": [row]}, indent=2, ensure_ascii=False)


def _row(served: Served) -> dict[str, Any]:
    """A model with look-ups needs only its keys; any other needs its whole signature."""
    if served.tables:
        columns = model_files.read(served.specification, FeatureSpecification).columns
        return {name: _value(column.data_type) for name, column in columns if column.source == "training_data"}
    return {column["name"]: _value(column["type"]) for column in _inputs(served.folder)}


def _inputs(folder: Path) -> Any:
    signature = model_files.read(folder / "MLmodel", MLmodel).signature
    return signature.inputs if signature and signature.inputs else []


def _value(kind: str) -> object:
    if kind in _WHOLE:
        return 0
    if kind in _BROKEN:
        return 0.0
    return False if kind == "boolean" else ""
