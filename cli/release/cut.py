"""Cuts a release: in its own worktree, so that it is complete or absent, and a rerun ends the same."""

import json
from datetime import date
from pathlib import Path

from cli.release.bill import bill
from cli.release.built import built
from cli.release.errors import ReleaseError
from cli.release.git import alone, git, require_identity, worktree
from cli.release.provenance import statement
from cli.release.record import Record, sha256_of
from cli.release.version import version_of, with_entry, with_version

PROJECT, CHANGELOG = "pyproject.toml", "CHANGELOG.md"
RECORD, BILL, PROVENANCE = "release.json", "sbom.cdx.json", "provenance.intoto.json"


def folder_of(root: Path, version: str) -> Path:
    """The folder of a release's record."""
    return root / "releases" / f"v{version}"


def cut(root: Path, version: str, day: date) -> str:
    """Write, commit and tag it; returns the text to print. Nothing is changed if it cannot be cut.

    A release that was interrupted between its commit and its tag gets its tag.
    """
    with alone(root):
        require_identity(root)
        if git(root, "status", "--porcelain"):
            raise ReleaseError("the checkout has uncommitted changes; commit or revert them first")
        if git(root, "tag", "--list", f"v{version}"):
            raise ReleaseError(f"the tag v{version} exists; take the next version")
        if not _committed(root, version):
            _commit(root, version, day)
        record = folder_of(root, version) / RECORD
        commit = git(root, "log", "-1", "--format=%H", "--", str(record))
        git(root, "tag", "--annotate", "--message", f"Release {version}", f"v{version}", commit)
    wheel = json.loads(record.read_text(encoding="utf-8"))["sha256"]
    return f"v{version} is committed and tagged; git push --follow-tags deploys it. Wheel {wheel}"


def _committed(root: Path, version: str) -> bool:
    here = version_of((root / PROJECT).read_text(encoding="utf-8")) == version
    return here and (folder_of(root, version) / RECORD).exists()


def _commit(root: Path, version: str, day: date) -> None:
    texts = {
        PROJECT: with_version((root / PROJECT).read_text(encoding="utf-8"), version),
        CHANGELOG: with_entry((root / CHANGELOG).read_text(encoding="utf-8"), version, day),
    }
    with worktree(root) as aside:
        for name, text in texts.items():
            (aside / name).write_text(text, encoding="utf-8")
        _write(aside, version, day)
        git(aside, "add", *texts, str(folder_of(aside, version)))
        git(aside, "commit", "--quiet", "--no-verify", "--message", f"Release {version}")
        commit = git(aside, "rev-parse", "HEAD")
    git(root, "merge", "--quiet", "--ff-only", commit)


def _write(root: Path, version: str, day: date) -> None:
    """Write the record, the bill of materials and the provenance of the build of `root`."""
    made, commit = built(root), git(root, "rev-parse", "HEAD")
    locks = {file.stem: file.read_text(encoding="utf-8") for file in (root / "ml" / "runtimes").glob("*.lock")}
    locked = (root / "Pipfile.lock").read_text(encoding="utf-8")
    materials = bill(version, made.sha256, json.loads(locked), locks)
    subjects = {made.wheel: made.sha256, "cdktf.out": made.documents_sha256, BILL: sha256_of(materials.encode())}
    inputs = {f"ml/runtimes/{name}.lock": sha256_of(text.encode()) for name, text in locks.items()}
    provenance = statement(version, subjects, commit, inputs | {"Pipfile.lock": sha256_of(locked.encode())})
    record = Record(
        version=version,
        date=str(day),
        commit=commit,
        wheel=made.wheel,
        sha256=made.sha256,
        content_sha256=made.content_sha256,
        documents_sha256=made.documents_sha256,
        sbom_sha256=subjects[BILL],
        provenance_sha256=sha256_of(provenance.encode()),
    )
    folder = folder_of(root, version)
    folder.mkdir(parents=True)
    for name, text in {RECORD: record.as_text(), BILL: materials, PROVENANCE: provenance}.items():
        (folder / name).write_text(text, encoding="utf-8")
