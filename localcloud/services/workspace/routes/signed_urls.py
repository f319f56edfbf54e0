"""Files by signed URLs: `create-upload-url`, `create-download-url`, and the signed URLs themselves.

A URL acts as the caller that created it, as long as the caller has access to the file, for 15 minutes or until its
`expire_time`.
"""

import secrets
import time
from datetime import datetime

from fastapi import APIRouter, Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse

from localcloud.kernel import identity, query
from localcloud.kernel.body import JsonBody, only, required
from localcloud.kernel.cloud import Cloud, CloudDep
from localcloud.kernel.errors import bad_request, denied
from localcloud.kernel.identity import Caller, CallerDep
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.unity import volume_paths as volumes
from localcloud.services.workspace import incoming

PARITY = Parity(
    Level.EXECUTED, "https://docs.databricks.com/api/azure/workspace/files",
    differ={"upload_signed": Level.LOCAL, "download_signed": Level.LOCAL},
)  # fmt: skip

router = APIRouter(dependencies=[Depends(query.require_known)])
_KIND = "signed_url"
_LIFETIME_S = 900
_SIGNED = "/local/signed/{key}"


@router.post("/api/2.0/fs/create-upload-url")
def create_upload_url(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Create a URL for uploading a file with PUT. Needs the rights of an upload."""
    return _signed(cloud, caller, body, write=True)


@router.post("/api/2.0/fs/create-download-url")
def create_download_url(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Create a URL for downloading a file with GET. Needs the rights of a download."""
    return _signed(cloud, caller, body, write=False)


@router.put(_SIGNED, status_code=204)
async def upload_signed(key: str, request: Request, cloud: CloudDep) -> None:
    """Store the body as the file of a signed URL."""
    path, caller = await run_in_threadpool(_opened, cloud, key, write=True)
    await incoming.store(request, cloud, caller, path, overwrite=True)


@router.get(_SIGNED)
def download_signed(key: str, cloud: CloudDep) -> FileResponse:
    """The file of a signed URL."""
    path, caller = _opened(cloud, key, write=False)
    file = volumes.require_file(incoming.resolve(cloud, caller, path, write=False))
    return FileResponse(file, media_type="application/octet-stream")


def _signed(cloud: Cloud, caller: Caller, body: Document, *, write: bool) -> Document:
    path = required(only(body, "path", "expire_time"), "path")
    workspace = caller.require_workspace()
    place = incoming.resolve(cloud, caller, path, write=write)
    if not write:
        volumes.require_file(place)
    now, key = time.time(), secrets.token_hex(24)
    for expired in [each for each in cloud.store.all(_KIND) if each["expires_at"] < now]:
        cloud.store.delete(_KIND, expired["key"])
    held = {"key": key, "path": path, "write": write, "principal": caller.principal, "workspace": workspace.name}
    cloud.store.put(_KIND, key, held | {"expires_at": _end(body.get("expire_time"), now)})
    return {"url": f"{workspace.url}{_SIGNED.format(key=key)}", "headers": []}


def _end(expire_time: object, now: float) -> float:
    """When a URL expires, in epoch seconds. Raises `ApiError` 400 for an invalid or past time."""
    if not expire_time:
        return now + _LIFETIME_S
    try:
        end = datetime.fromisoformat(str(expire_time)).timestamp()
    except ValueError:
        raise bad_request(f"expire_time is '{expire_time}': give a time such as 2026-01-31T12:00:00Z.") from None
    if end <= now:
        raise bad_request(f"expire_time {expire_time} is over.")
    return end


def _opened(cloud: Cloud, key: str, *, write: bool) -> tuple[str, Caller]:
    """The path and the principal of a signed URL. Raises `ApiError` 403 for an invalid or expired one."""
    held = cloud.store.get(_KIND, key)
    if held is None or held["write"] is not write or held["expires_at"] < time.time():
        raise denied("The signed URL is unknown, expired, or made for another operation.")
    return held["path"], identity.acting_as(cloud, held["principal"], cloud.workspace(held["workspace"]))
