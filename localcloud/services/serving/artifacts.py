"""What a model version is on disk: the folder that a process loads, and the specification of what is looked up."""

from dataclasses import dataclass
from pathlib import Path

import yaml

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import bad_request
from localcloud.services.serving import feature_spec
from localcloud.services.serving.feature_spec import FeatureSpec
from localcloud.services.unity import versions


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
    """The version as it was registered. Raises `ApiError` 404 for no such version, 400 for one without a model."""
    path = Path(versions.ready(cloud.store, model, int(version))["storage_location"])
    description = path / "MLmodel"
    if not description.is_file():
        raise bad_request(
            f"Version {version} of '{model}' holds no MLflow model: log it with mlflow.<flavour>.log_model."
        )
    parsed = yaml.safe_load(description.read_text(encoding="utf-8"))
    spec = feature_spec.read(path, (parsed.get("flavors") or {}).get("python_function") or {})
    loaded = path if spec is None else path / feature_spec.FOLDER / feature_spec.RAW_MODEL
    return Served(model=model, version=version, folder=path, path=loaded, spec=spec)
