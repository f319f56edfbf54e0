"""Uploads by the Files API: resolving a path, and storing a request's body there."""

import os
import tempfile
from pathlib import Path

from fastapi import Request
from fastapi.concurrency import run_in_threadpool

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import ApiError, bad_request
from localcloud.kernel.identity import Caller
from localcloud.services.unity import model_paths
from localcloud.services.unity import volume_paths as volumes
from localcloud.services.unity.volume_paths import FilePath

PARTIAL = ".upload-"
LIMIT_BYTES = 5 * 2**30


def resolve(cloud: Cloud, caller: Caller, path: str, *, write: bool) -> FilePath:
    """The location of a path below `/Volumes` or `/Models`. Raises `ApiError` 400, 403 and 404."""
    if path.lstrip("/").partition("/")[0] == model_paths.ROOT:
        return model_paths.resolve(cloud, caller, path, write=write)
    return volumes.resolve(cloud, caller, path, write=write)


async def store(request: Request, cloud: Cloud, caller: Caller, path: str, *, overwrite: bool) -> None:
    """Store the request's body atomically as a file, if the caller may write there; missing folders are created."""
    place = await run_in_threadpool(resolve, cloud, caller, path, write=True)
    _require_size(int(request.headers.get("content-length") or 0))
    if place.local.is_dir():
        raise bad_request(f"{place.remote} is a directory.")
    if place.local.exists() and not overwrite:
        raise ApiError(409, "ALREADY_EXISTS", f"The file {place.remote} already exists: pass overwrite=true.")
    volumes.require_folder_above(place)
    place.local.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=PARTIAL, dir=place.local.parent)
    partial = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            async for chunk in request.stream():
                file.write(chunk)
                _require_size(file.tell())
        partial.chmod(0o644)
        # What began while a version was open must not end after it was finished.
        await run_in_threadpool(resolve, cloud, caller, path, write=True)
        partial.replace(place.local)
    finally:
        partial.unlink(missing_ok=True)


def _require_size(size: int) -> None:
    if size > LIMIT_BYTES:
        raise bad_request(f"The file has {size} bytes or more: at most {LIMIT_BYTES} (5 GiB) are taken.")
