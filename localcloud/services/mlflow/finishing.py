"""Checks of a version's artifacts before it is finalized."""

from pathlib import Path

from localcloud.kernel.errors import bad_request
from localcloud.kernel.store import Document
from localcloud.services.mlflow import model_files
from localcloud.services.mlflow.model_files import MLmodel, ModelFileError, Signature

_WHY = "Models in the Unity Catalog must have a signature with both input and output type specifications"


def require_complete(document: Document) -> None:
    """Raise `ApiError` 400 unless the artifacts contain an MLflow model whose signature has inputs and outputs."""
    said = f"Version {document['version']} of '{document['model']}'"
    file = Path(document["storage_location"]) / "MLmodel"
    if not file.is_file():
        raise bad_request(f"{said} holds no MLflow model: upload its artifacts first, MLmodel among them.")
    try:
        signature = model_files.read(file, MLmodel).signature or Signature()
    except ModelFileError as error:
        raise bad_request(f"The model of {said.lower()} cannot be read: {error}.") from error
    absent = [name for name, side in (("inputs", signature.inputs), ("outputs", signature.outputs)) if not side]
    if absent:
        raise bad_request(f"{said} has a signature without {' and '.join(absent)}. {_WHY}.")
