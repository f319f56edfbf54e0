"""What the artifacts of a version must hold before it is finished."""

import json
from pathlib import Path
from typing import Any

import yaml

from localcloud.kernel.errors import bad_request
from localcloud.kernel.store import Document

_WHY = "Models in the Unity Catalog must have a signature with both input and output type specifications"


def require_complete(document: Document) -> None:
    """Raise `ApiError` 400 unless the artifacts hold an MLflow model whose signature has inputs and outputs."""
    said = f"Version {document['version']} of '{document['model']}'"
    file = Path(document["storage_location"]) / "MLmodel"
    if not file.is_file():
        raise bad_request(f"{said} holds no MLflow model: upload its artifacts first, MLmodel among them.")
    try:
        signature = yaml.safe_load(file.read_text(encoding="utf-8")).get("signature") or {}
        absent = [side for side in ("inputs", "outputs") if not _specified(signature.get(side))]
    except (yaml.YAMLError, ValueError, AttributeError) as error:
        raise bad_request(f"The MLmodel of {said.lower()} cannot be read: {type(error).__name__}: {error}.") from error
    if absent:
        raise bad_request(f"{said} has a signature without {' and '.join(absent)}. {_WHY}.")


def _specified(side: Any) -> bool:
    """Whether a side of the signature, JSON text or null, names a type."""
    return bool(side) and bool(json.loads(side))
