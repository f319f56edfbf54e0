"""Resolves a `/Volumes/…` path to a file below the local volume's folder, never outside it."""

import os
from dataclasses import dataclass
from pathlib import Path

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import ApiError, bad_request
from localcloud.kernel.identity import Caller
from localcloud.kernel.names import identifier
from localcloud.services.unity import access, records
from localcloud.services.unity.privileges import Kind, Privilege

# What file systems take for one name, and for a path with room for the name of an upload under way.
_NAME_LIMIT_BYTES = 255
_PATH_LIMIT_BYTES = 4000


@dataclass(frozen=True, kw_only=True)
class FilePath:
    """A checked `/Volumes/…` or `/Models/…` path: as clients write it, and its location here."""

    remote: str
    local: Path
    is_root: bool


def resolve(cloud: Cloud, caller: Caller, path: str, *, write: bool) -> FilePath:
    """The location of `path`, if the caller may read (or `write`) the volume.

    Raises `ApiError` 400 for a path that is no volume path or leaves its volume, 403 and 404.
    """
    parts = [part for part in path.split("/") if part]
    if len(parts) < 4 or parts[0] != "Volumes":
        raise bad_request(f"'{path}' is not of the form /Volumes/<catalog>/<schema>/<volume>/….")
    require_names(path, parts)
    full_name = ".".join(identifier("volume", part) for part in parts[1:4])
    needed = (Privilege.READ_VOLUME, Privilege.WRITE_VOLUME) if write else (Privilege.READ_VOLUME,)
    access.authorize(cloud, caller, Kind.VOLUME, full_name, *needed)
    root = Path(records.require(cloud.store, Kind.VOLUME, full_name)["storage_location"])
    root.mkdir(parents=True, exist_ok=True)
    return below(root, path, parts, levels=4)


def require_names(path: str, parts: list[str]) -> None:
    """Raise `ApiError` 400 for an invalid name of a file or folder."""
    if any(part in (".", "..") or "\0" in part for part in parts):
        raise bad_request(f"'{path}' must not hold '.', '..' or a null character.")
    if any(len(os.fsencode(part)) > _NAME_LIMIT_BYTES for part in parts):
        raise bad_request(f"'{path}' has a name of more than {_NAME_LIMIT_BYTES} bytes.")


def below(root: Path, path: str, parts: list[str], *, levels: int) -> FilePath:
    """The location below `root` of `parts` after their first `levels`. Raises `ApiError` 400 if it is missing."""
    local = root.joinpath(*parts[levels:])
    if len(os.fsencode(local)) > _PATH_LIMIT_BYTES:
        raise bad_request(f"'{path}' is too long: with its root's folder it may have {_PATH_LIMIT_BYTES} bytes.")
    if not local.resolve().is_relative_to(root.resolve()):
        raise bad_request(f"'{path}' leaves /{'/'.join(parts[:levels])}.")
    return FilePath(remote="/" + "/".join(parts), local=local, is_root=len(parts) == levels)


def require_folder_above(place: FilePath) -> None:
    """Raises `ApiError` 409 if the nearest existing parent of `place` is a file."""
    above = next(path for path in place.local.parents if path.exists())
    if not above.is_dir():
        levels = len(place.local.relative_to(above).parts)
        remote = "/".join(place.remote.split("/")[:-levels])
        raise ApiError(409, "ALREADY_EXISTS", f"{remote} is a file, not a directory.")


def require_file(place: FilePath) -> Path:
    """The file. Raises `ApiError` 404 if it does not exist."""
    if not place.local.is_file():
        raise ApiError(404, "NOT_FOUND", f"The file {place.remote} does not exist.")
    return place.local


def require_directory(place: FilePath) -> Path:
    """The directory. Raises `ApiError` 404 if it does not exist."""
    if not place.local.is_dir():
        raise ApiError(404, "NOT_FOUND", f"The directory {place.remote} does not exist.")
    return place.local
