"""Files of volumes and registered models: `/api/2.0/fs/files` and `/api/2.0/fs/directories`."""

from email.utils import formatdate, parsedate_to_datetime
from pathlib import Path

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import FileResponse

from localcloud.kernel import pages, query
from localcloud.kernel.cloud import CloudDep
from localcloud.kernel.errors import ApiError, bad_request
from localcloud.kernel.identity import CallerDep
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.unity import volume_paths as volumes
from localcloud.services.workspace import incoming

PARITY = Parity(Level.EXECUTED, "https://docs.databricks.com/api/azure/workspace/files")

router = APIRouter(prefix="/api/2.0/fs", dependencies=[Depends(query.require_known)])
_FILE = "/files/{path:path}"
_DIRECTORY = "/directories/{path:path}"


@router.put(_FILE, status_code=204)
async def upload(path: str, request: Request, cloud: CloudDep, caller: CallerDep, overwrite: bool = True) -> None:
    """Store the body as a file, atomically. Missing folders are created. Needs WRITE_VOLUME.

    An existing file is overwritten unless `overwrite` is false.
    Only the creator of a registered version can upload its artifacts, until the version is finalized.
    """
    await incoming.store(request, cloud, caller, path, overwrite=overwrite)


@router.get(_FILE)
def download(path: str, request: Request, cloud: CloudDep, caller: CallerDep) -> FileResponse:
    """The bytes of a file, all or those of `Range`. Needs READ_VOLUME, or EXECUTE on the model."""
    file = volumes.require_file(incoming.resolve(cloud, caller, path, write=False))
    _require_unmodified(request, file)
    return FileResponse(file, media_type="application/octet-stream")


@router.head(_FILE)
def file_metadata(path: str, request: Request, cloud: CloudDep, caller: CallerDep) -> Response:
    """A file's size and modification time, as headers."""
    file = volumes.require_file(incoming.resolve(cloud, caller, path, write=False))
    _require_unmodified(request, file)
    stat = file.stat()
    headers = {
        "content-length": str(stat.st_size),
        "last-modified": formatdate(stat.st_mtime, usegmt=True),
        "content-type": "application/octet-stream",
    }
    return Response(headers=headers)


@router.delete(_FILE, status_code=204)
def delete_file(path: str, cloud: CloudDep, caller: CallerDep) -> None:
    """Delete a file. Needs WRITE_VOLUME."""
    volumes.require_file(incoming.resolve(cloud, caller, path, write=True)).unlink()


@router.put(_DIRECTORY, status_code=204)
def create_directory(path: str, cloud: CloudDep, caller: CallerDep) -> None:
    """Create a directory and its parents. No error if it exists."""
    place = incoming.resolve(cloud, caller, path, write=True)
    if place.local.is_file():
        raise ApiError(409, "ALREADY_EXISTS", f"{place.remote} is a file.")
    volumes.require_folder_above(place)
    place.local.mkdir(parents=True, exist_ok=True)


@router.head(_DIRECTORY)
def directory_metadata(path: str, cloud: CloudDep, caller: CallerDep) -> Response:
    """Whether a directory exists: 200 or 404."""
    volumes.require_directory(incoming.resolve(cloud, caller, path, write=False))
    return Response()


@router.get(_DIRECTORY)
def list_directory(
    path: str, cloud: CloudDep, caller: CallerDep, page_size: int | None = None, page_token: str | None = None
) -> Document:
    """A directory's entries by name, in pages, without uploads in progress."""
    place = incoming.resolve(cloud, caller, path, write=False)
    entries = {entry.name: entry for entry in volumes.require_directory(place).iterdir()}
    shown = [name for name in entries if not name.startswith(incoming.PARTIAL)]
    names, token = pages.page(shown, page_size, page_token)
    contents = [_entry(place.remote, entries[name]) for name in names]
    return {"contents": contents, **({"next_page_token": token} if token else {})}


@router.delete(_DIRECTORY, status_code=204)
def delete_directory(path: str, cloud: CloudDep, caller: CallerDep) -> None:
    """Delete an empty directory, except the volume's root."""
    place = incoming.resolve(cloud, caller, path, write=True)
    directory = volumes.require_directory(place)
    if place.is_root or any(directory.iterdir()):
        raise bad_request(f"The directory {place.remote} is not empty, or is the volume itself.")
    directory.rmdir()


def _require_unmodified(request: Request, file: Path) -> None:
    """Raises `ApiError` 412 if the file was changed after `If-Unmodified-Since`, 400 if that is not a valid time."""
    given = request.headers.get("if-unmodified-since")
    if given is None:
        return
    try:
        since = parsedate_to_datetime(given)
    except ValueError:
        raise bad_request(f"If-Unmodified-Since is '{given}': give an HTTP date.") from None
    if int(file.stat().st_mtime) > since.timestamp():
        raise ApiError(412, "PRECONDITION_FAILED", f"The file was changed after {given}.")


def _entry(parent: str, path: Path) -> Document:
    stat = path.stat()
    size = {} if path.is_dir() else {"file_size": stat.st_size}
    changed_ms = int(stat.st_mtime * 1000)
    place = f"{parent}/{path.name}"
    return {"path": place, "name": path.name, "is_directory": path.is_dir(), "last_modified": changed_ms, **size}
