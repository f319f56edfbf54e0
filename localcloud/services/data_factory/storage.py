"""The blobs that a storage-event trigger watches: files of external volumes in its account's containers."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from localcloud.kernel.cloud import Cloud
from localcloud.services.azure.ids import ResourceId
from localcloud.services.unity.privileges import Kind

_LOCATION = re.compile(r"abfss://(?P<container>[^@/]+)@(?P<account>[^./]+)\.[^/]+/?(?P<folder>.*)")
_UPLOADING = ".upload-"


def blobs(cloud: Cloud, own: Mapping[str, Any]) -> dict[str, int]:
    """The blobs that match a trigger's `typeProperties`, as `/container/blobs/path`, with their write times (ns)."""
    begins, ends = str(own.get("blobPathBeginsWith") or ""), str(own.get("blobPathEndsWith") or "")
    found = {}
    for path, file in _files(cloud, ResourceId(str(own["scope"])).name):
        empty = own.get("ignoreEmptyBlobs") and file.stat().st_size == 0
        if path.startswith(begins) and path.endswith(ends) and not empty:
            found[path] = file.stat().st_mtime_ns
    return found


def body_of(blob: str) -> dict[str, str]:
    """The `triggerBody()` of a blob: its folder, beginning with the container, and its name."""
    container, _, path = blob.strip("/").partition("/blobs/")
    folder, _, name = path.rpartition("/")
    return {"folderPath": f"{container}/{folder}".rstrip("/"), "fileName": name}


def _files(cloud: Cloud, account: str) -> Iterator[tuple[str, Path]]:
    for volume in cloud.store.all(Kind.VOLUME):
        place = _LOCATION.fullmatch(str(volume.get("declared_location")))
        if place is None or place["account"].lower() != account.lower():
            continue
        root = Path(volume["storage_location"])
        for file in sorted(root.rglob("*")):
            if file.is_file() and not file.name.startswith(_UPLOADING):
                inside = "/".join(part for part in (place["folder"].strip("/"), str(file.relative_to(root))) if part)
                yield f"/{place['container']}/blobs/{inside}", file
