"""What a model version is on disk: the folder that a process loads, and the specification of what is looked up."""

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import ApiError, bad_request
from localcloud.services.mlflow import tracking
from localcloud.services.serving import feature_spec
from localcloud.services.serving.feature_spec import FeatureSpec
from localcloud.services.unity import models

_ARTIFACT = re.compile(r"mlflow-artifacts:(?://[^/]*)?/(?P<path>.+)")
_LOGGED = re.compile(r"models:/(?P<model_id>m-[0-9a-f]+)")


@dataclass(frozen=True, kw_only=True)
class Served:
    """One model version: its `folder` (never changed once registered), in it the model that takes features (`path`).

    `spec` is None for a plain model, which is given what the request holds.
    """

    model: str
    version: str
    folder: Path
    path: Path
    spec: FeatureSpec | None


def find(cloud: Cloud, model: str, version: str) -> Served:
    """The version as MLflow keeps it. Raises `ApiError` 404 for no such version, 400 for one without a model."""
    path = _folder(cloud, model, version)
    description = path / "MLmodel"
    if not description.is_file():
        raise bad_request(
            f"Version {version} of '{model}' holds no MLflow model: log it with mlflow.<flavour>.log_model."
        )
    parsed = yaml.safe_load(description.read_text(encoding="utf-8"))
    spec = feature_spec.read(path, (parsed.get("flavors") or {}).get("python_function") or {})
    loaded = path if spec is None else path / feature_spec.FOLDER / feature_spec.RAW_MODEL
    return Served(model=model, version=version, folder=path, path=loaded, spec=spec)


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
