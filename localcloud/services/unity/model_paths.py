"""Resolves a `/Models/…` path to a file of a registered version's artifacts, never outside them."""

from pathlib import Path

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import ApiError, bad_request, denied
from localcloud.kernel.identity import Caller
from localcloud.kernel.names import identifier
from localcloud.kernel.store import Document
from localcloud.services.unity import access, versions, volume_paths
from localcloud.services.unity.privileges import Kind, Privilege
from localcloud.services.unity.volume_paths import FilePath

ROOT = "Models"


def resolve(cloud: Cloud, caller: Caller, path: str, *, write: bool) -> FilePath:
    """The location of `path`, if the caller may read (or `write`) the version's artifacts.

    Raises `ApiError` 400 for a path that is no model path or leaves its version, 403 and 404.
    """
    parts = [part for part in path.split("/") if part]
    if len(parts) < 5 or parts[0] != ROOT or not parts[4].isdecimal():
        raise bad_request(f"'{path}' is not of the form /{ROOT}/<catalog>/<schema>/<model>/<version>/….")
    volume_paths.require_names(path, parts)
    model, number = ".".join(identifier("model", part) for part in parts[1:4]), int(parts[4])
    document = require_access(cloud, caller, model, number, write=write)
    return volume_paths.below(Path(document["storage_location"]), path, parts, levels=5)


def require_access(cloud: Cloud, caller: Caller, model: str, number: int, *, write: bool) -> Document:
    """The version, if the caller may read its artifacts (EXECUTE), or `write` them (its maker, until it is finished).

    What a maker has not finished nobody else reads. Raises `ApiError` 403 and 404.
    """
    needed = Privilege.CREATE_MODEL_VERSION if write else Privilege.EXECUTE
    access.authorize(cloud, caller, Kind.MODEL, model, needed)
    document = cloud.store.get(versions.KIND, f"{model}/{number}")
    if document is None:
        raise ApiError(404, "NOT_FOUND", f"Registered Model '{model}' has no version {number}.")
    if write and document["status"] == versions.READY:
        raise denied(f"The artifacts of version {number} of '{model}' cannot be changed: it is {versions.READY}.")
    if document["status"] == versions.PENDING and document["created_by"] != caller.principal:
        raise denied(f"Version {number} of '{model}' is {versions.PENDING}: only its maker reaches its artifacts.")
    return document
