"""Whether a checkout is the release that was cut."""

from pathlib import Path

from cli.release.built import built
from cli.release.cut import BILL, PROJECT, PROVENANCE, RECORD, folder_of
from cli.release.errors import ReleaseError
from cli.release.git import git
from cli.release.record import differences, read_record, sha256_of
from cli.release.version import later, version_of


def check_release(root: Path) -> str:
    """Report that the checkout equals its version's record, and is the latest. Raises ReleaseError if it does not."""
    version = version_of((root / PROJECT).read_text(encoding="utf-8"))
    folder = folder_of(root, version)
    if not (folder / RECORD).exists():
        named = (folder / RECORD).relative_to(root)
        raise ReleaseError(f"{named} does not exist: cut the release with mlops release {version}")
    record, made = read_record(folder / RECORD), built(root)
    found = {
        "version": version,
        "content_sha256": made.content_sha256,
        "documents_sha256": made.documents_sha256,
        "sbom_sha256": _sha256(folder / BILL),
        "provenance_sha256": _sha256(folder / PROVENANCE),
    }
    wrong = differences(record, found)
    if wrong:
        raise ReleaseError(f"this is not the release {version}: " + "; ".join(wrong) + ". Cut a new one")
    newer = later(version, git(root, "tag", "--list", "v*").splitlines())
    if newer:
        raise ReleaseError(f"{newer} was cut after {version}: deploy that one. To go back, use make roll-back")
    return f"this is the release {version}, as it was cut on {record.date}"


def _sha256(file: Path) -> str:
    return sha256_of(file.read_bytes()) if file.exists() else "nothing"
