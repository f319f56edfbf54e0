"""Files in volumes and of registered models: `/api/2.0/fs/files` and `/api/2.0/fs/directories`."""

from email.utils import formatdate
from pathlib import Path

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse

from localcloud.kernel.cloud import CloudDep
from localcloud.kernel.errors import ApiError, bad_request
from localcloud.kernel.identity import CallerDep
from localcloud.kernel.ledger import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.unity import volume_paths as volumes
from localcloud.services.workspace import incoming

PARITY = Parity(Level.EXECUTED, "https://docs.databricks.com/api/azure/workspace/files")

router = APIRouter(prefix="/api/2.0/fs")
_FILE = "/files/{path:path}"
_DIRECTORY = "/directories/{path:path}"


@router.put(_FILE, status_code=204)
async def upload(path: str, request: Request, cloud: CloudDep, caller: CallerDep, overwrite: bool = False) -> None:
    """Store the body as a file, whole or not at all. Missing folders are created. Needs WRITE_VOLUME.

    A registered version's artifacts are its maker's to upload, until the version is finished.
    """
    await incoming.store(request, cloud, caller, path, overwrite=overwrite)


@router.get(_FILE)
def download(path: str, cloud: CloudDep, caller: CallerDep) -> FileResponse:
    """The file's bytes. Needs READ_VOLUME, or EXECUTE on the model."""
    file = volumes.require_file(incoming.resolve(cloud, caller, path, write=False))
    return FileResponse(file, media_type="application/octet-stream")


@router.head(_FILE)
def file_metadata(path: str, cloud: CloudDep, caller: CallerDep) -> Response:
    """The file's size and time of change, as headers."""
    stat = volumes.require_file(incoming.resolve(cloud, caller, path, write=False)).stat()
    headers = {
        "content-length": str(stat.st_size),
        "last-modified": formatdate(stat.st_mtime, usegmt=True),
        "content-type": "application/octet-stream",
    }
    return Response(headers=headers)


@router.delete(_FILE, status_code=204)
def delete_file(path: str, cloud: CloudDep, caller: CallerDep) -> None:
    """Delete the file. Needs WRITE_VOLUME."""
    volumes.require_file(incoming.resolve(cloud, caller, path, write=True)).unlink()


@router.put(_DIRECTORY, status_code=204)
def create_directory(path: str, cloud: CloudDep, caller: CallerDep) -> None:
    """Create the directory and its parents; one that is there is fine."""
    place = incoming.resolve(cloud, caller, path, write=True)
    if place.local.is_file():
        raise ApiError(409, "ALREADY_EXISTS", f"{place.remote} is a file.")
    volumes.require_folder_above(place)
    place.local.mkdir(parents=True, exist_ok=True)


@router.head(_DIRECTORY)
def directory_metadata(path: str, cloud: CloudDep, caller: CallerDep) -> Response:
    """200 where the directory is there, 404 where it is not."""
    volumes.require_directory(incoming.resolve(cloud, caller, path, write=False))
    return Response()


@router.get(_DIRECTORY)
def list_directory(path: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """The directory's entries by name; uploads in progress are not shown."""
    place = incoming.resolve(cloud, caller, path, write=False)
    entries = sorted(volumes.require_directory(place).iterdir())
    return {"contents": [_entry(place.remote, e) for e in entries if not e.name.startswith(incoming.PARTIAL)]}


@router.delete(_DIRECTORY, status_code=204)
def delete_directory(path: str, cloud: CloudDep, caller: CallerDep) -> None:
    """Delete an empty directory; the volume's own stays."""
    place = incoming.resolve(cloud, caller, path, write=True)
    directory = volumes.require_directory(place)
    if place.is_root or any(directory.iterdir()):
        raise bad_request(f"The directory {place.remote} is not empty, or is the volume itself.")
    directory.rmdir()


def _entry(parent: str, path: Path) -> Document:
    stat = path.stat()
    size = {} if path.is_dir() else {"file_size": stat.st_size}
    changed_ms = int(stat.st_mtime * 1000)
    place = f"{parent}/{path.name}"
    return {"path": place, "name": path.name, "is_directory": path.is_dir(), "last_modified": changed_ms, **size}
