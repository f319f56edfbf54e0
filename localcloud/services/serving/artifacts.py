"""What a model version is on disk: the folder MLflow keeps, its inputs and its feature look-ups."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import ApiError, bad_request
from localcloud.services.mlflow import tracking
from localcloud.services.unity import models

_ARTIFACT = re.compile(r"mlflow-artifacts:(?://[^/]*)?/(?P<path>.+)")
_LOGGED = re.compile(r"models:/(?P<model_id>m-[0-9a-f]+)")


@dataclass(frozen=True, kw_only=True)
class LookUp:
    """Features that are read from the published form of `table`, by the request's `key`."""

    table: str
    key: str
    features: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Served:
    """One model version: its folder (never changed once registered), input columns in order, look-ups."""

    model: str
    version: str
    path: Path
    inputs: tuple[str, ...]
    look_ups: tuple[LookUp, ...]


def find(cloud: Cloud, model: str, version: str) -> Served:
    """The version as MLflow keeps it. Raises `ApiError` 404 for no such version, 400 for one without a model."""
    path = _folder(cloud, model, version)
    description = path / "MLmodel"
    if not description.is_file():
        raise bad_request(
            f"Version {version} of '{model}' holds no MLflow model: log it with mlflow.<flavour>.log_model."
        )
    parsed = yaml.safe_load(description.read_text(encoding="utf-8"))
    return Served(model=model, version=version, path=path, inputs=_inputs(parsed), look_ups=_look_ups(parsed))


def _folder(cloud: Cloud, model: str, version: str) -> Path:
    wanted = {"name": model, "version": version}
    uri = str(models.call(cloud, "GET", "model-versions/get-download-uri", wanted)["artifact_uri"])
    logged = _LOGGED.fullmatch(uri)
    if logged:
        path = tracking.artifact_of_logged_model(cloud, logged["model_id"])
    else:
        found = _ARTIFACT.fullmatch(uri)
        if found is None:
            raise bad_request(f"Version {version} of '{model}' is kept outside the MLflow server: {uri}.")
        path = found["path"]
    root = (cloud.home / "mlartifacts").resolve()
    folder = (root / path).resolve()
    if not folder.is_relative_to(root):
        raise ApiError(403, "PERMISSION_DENIED", f"Version {version} of '{model}' lies outside the artifacts.")
    return folder


def _inputs(parsed: Mapping[str, Any]) -> tuple[str, ...]:
    text = (parsed.get("signature") or {}).get("inputs")
    columns = json.loads(text) if text else []
    return tuple(column["name"] for column in columns if isinstance(column, dict) and "name" in column)


def _look_ups(parsed: Mapping[str, Any]) -> tuple[LookUp, ...]:
    declared = (parsed.get("metadata") or {}).get("feature_lookups") or []
    return tuple(
        LookUp(table=str(entry["table"]), key=str(entry["key"]), features=tuple(entry["features"]))
        for entry in declared
    )
