"""The record of a release: hashes of one wheel and of all stacks' documents. Pure except for reading files."""

import hashlib
import json
import zipfile
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from cli.release.errors import ReleaseError


@dataclass(frozen=True, kw_only=True)
class Record:
    """The record of the released `commit`.

    `sha256` is over the wheel's bytes, `content_sha256` over the wheel's content, which does not depend on how it was
    packed. `documents_sha256` is over the synthesized documents of all stacks; `sbom_sha256` and `provenance_sha256`
    are over the files next to the record.
    """

    version: str
    date: str
    commit: str
    wheel: str
    sha256: str
    content_sha256: str
    documents_sha256: str
    sbom_sha256: str
    provenance_sha256: str

    def as_text(self) -> str:
        """JSON, one line per field."""
        return json.dumps(asdict(self), indent=2) + "\n"


# The compared fields, and their names for a reader.
_WORDS = {
    "version": "version",
    "content_sha256": "wheel's content",
    "documents_sha256": "documents of the stacks",
    "sbom_sha256": "bill of materials",
    "provenance_sha256": "provenance",
}


def read_record(file: Path) -> Record:
    """The record in `file`. Raises ReleaseError if it is not a valid one."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        return Record(**found)
    except (ValueError, TypeError) as error:
        wanted = ", ".join(each.name for each in fields(Record))
        raise ReleaseError(f"{file} is not a release record ({error}); expected {wanted}. Cut a new one") from error


def sha256_of(content: bytes) -> str:
    """In hex."""
    return hashlib.sha256(content).hexdigest()


def content_sha256(wheel: Path) -> str:
    """Over names and bytes in the wheel, in order: two builds of the same sources have the same hash."""
    total = hashlib.sha256()
    with zipfile.ZipFile(wheel) as archive:
        for name in sorted(archive.namelist()):
            total.update(f"{name}\0".encode() + hashlib.sha256(archive.read(name)).digest())
    return total.hexdigest()


def documents_sha256(out: Path) -> str:
    """Over the names and documents of all stacks in the synthesized folder `out`, in order."""
    total = hashlib.sha256()
    for file in sorted(out.glob("stacks/*/cdk.tf.json")):
        total.update(f"{file.parent.name}\0".encode() + hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def differences(recorded: Record, found: dict[str, str]) -> list[str]:
    """How a checkout differs from the recorded release. `found` has its values, by the fields of a record."""
    return [
        f"{_WORDS[name]}: recorded {was}, is {found[name]}"
        for name, was in asdict(recorded).items()
        if name in _WORDS and found[name] != was
    ]
