"""Versions of registered models: documents, and a folder of artifacts each.

A version is begun, its artifacts are uploaded, and then it is finished; from then on nobody changes them.
"""

import shutil
import uuid
from pathlib import Path

from localcloud.kernel.clock import now_ms
from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import ApiError, not_found
from localcloud.kernel.store import Document, Store
from localcloud.services.unity import records
from localcloud.services.unity.privileges import Kind

KIND = "registered_version"
PENDING, READY = "PENDING_REGISTRATION", "READY"


def begin(cloud: Cloud, model: str, by: str, fields: Document) -> Document:
    """A new version of `model`, waiting for its artifacts. Numbers are never reused."""
    store, at_ms = cloud.store, now_ms()
    with store.transaction():
        of_model = records.require(store, Kind.MODEL, model)["id"]
        identifier = str(uuid.uuid4())
        document = {
            **fields,
            "model": model,
            "version": store.next_id(f"{KIND}:{of_model}"),
            "id": identifier,
            "status": PENDING,
            "storage_location": str(cloud.models / of_model / identifier),
            "created_at": at_ms,
            "created_by": by,
        }
        _put(store, document, by)
    Path(document["storage_location"]).mkdir(parents=True)
    return require(store, model, document["version"])


def require(store: Store, model: str, number: int) -> Document:
    """One version. Raises `ApiError` 404."""
    found = store.get(KIND, _key(model, number))
    if found is None:
        raise not_found(f"Registered Model '{model}' has no version {number}.")
    return found


def ready(store: Store, model: str, number: int) -> Document:
    """One version with complete artifacts. Raises `ApiError` 404, and 400 while they are incomplete."""
    found = require(store, model, number)
    if found["status"] != READY:
        raise ApiError(400, "INVALID_STATE", f"Version {number} of '{model}' is {found['status']}, not {READY}.")
    return found


def of_model(store: Store, model: str) -> list[Document]:
    """All versions of the model, newest first."""
    found = [document for document in store.all(KIND) if document["model"] == model]
    return sorted(found, key=lambda document: -int(document["version"]))


def of_run(store: Store, run_id: str) -> list[Document]:
    """All versions from a run, oldest first."""
    return [document for document in store.all(KIND) if document["run_id"] == run_id]


def change(store: Store, document: Document, by: str, **fields: object) -> Document:
    """The version updated with `fields`."""
    return _put(store, {**document, **fields}, by)


def delete(cloud: Cloud, document: Document) -> None:
    """Delete a version and its artifacts."""
    cloud.store.delete(KIND, _key(document["model"], document["version"]))
    folder = Path(document["storage_location"])
    if folder.is_relative_to(cloud.models):
        shutil.rmtree(folder, ignore_errors=True)


def _put(store: Store, document: Document, by: str) -> Document:
    stamped = {**document, "updated_at": now_ms(), "updated_by": by}
    store.put(KIND, _key(document["model"], document["version"]), stamped)
    return stamped


def _key(model: str, number: int) -> str:
    return f"{model}/{number}"
