"""A complete file as one record: its metadata, and its bytes up to a size. A failed file is a record for quarantine."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ml.declarations import Binary
from ml.ingest.formats.record import Record, misfit

# The first bytes of common file types; files with other extensions are not checked.
_BEGINNINGS = {
    ".pdf": (b"%PDF-",),
    ".png": (b"\x89PNG\r\n\x1a\n",),
    ".jpg": (b"\xff\xd8\xff",),
    ".jpeg": (b"\xff\xd8\xff",),
    ".gif": (b"GIF87a", b"GIF89a"),
    ".tif": (b"II*\0", b"MM\0*"),
    ".tiff": (b"II*\0", b"MM\0*"),
    ".zip": (b"PK\x03\x04", b"PK\x05\x06"),
    ".gz": (b"\x1f\x8b",),
}
_LONGEST_BEGINNING_BYTES = max(len(each) for known in _BEGINNINGS.values() for each in known)


@dataclass(frozen=True, kw_only=True)
class Whole:
    """A file to load as one record. `source` is its public path: a volume path."""

    path: Path
    source: str
    sha256: str


def read(file: Whole, written: Binary, names: Sequence[str]) -> Record:
    """The one record of a file; `names` are the requested raw columns.

    Raises:
        OSError: if the file cannot be read.
    """
    seen = file.path.stat()
    with file.path.open("rb") as opened:
        first = opened.read(_LONGEST_BEGINNING_BYTES)
        problem = _problem(file.path, first)
        if problem:
            return failed(file.source, problem, names)
        small = "content" in names and seen.st_size <= written.content_up_to_bytes
        content = base64.b64encode(first + opened.read()).decode() if small else None
    values = {
        "path": file.source,
        "size_bytes": str(seen.st_size),
        "sha256": file.sha256,
        "modified_at": datetime.fromtimestamp(seen.st_mtime, tz=UTC).strftime("%Y-%m-%d %H:%M:%S.%f"),
        "content": content,
    }
    return Record(1, tuple(values[name] for name in names), None)


def failed(source: str, problem: str, names: Sequence[str]) -> Record:
    """The quarantine record of a file that cannot be loaded: it contains only the file's location."""
    return misfit(1, len(names), problem=problem, received=source)


def _problem(path: Path, first: bytes) -> str | None:
    if not first:
        return "the file is empty; deliver it again"
    wanted = _BEGINNINGS.get(path.suffix)
    if wanted and not first.startswith(wanted):
        return f"it does not begin as a {path.suffix} file does; deliver it again"
    return None
