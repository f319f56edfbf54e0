"""Cuts a release in a checkout, and compares a checkout with the release that was cut."""

import hashlib
import json
import subprocess
from datetime import date
from pathlib import Path

from cli.release import Record, ReleaseError, bill, content_sha256, differences, version_of, with_entry, with_version

_PROJECT, _CHANGELOG = "pyproject.toml", "CHANGELOG.md"


def cut(root: Path, version: str, day: date) -> str:
    """Write, commit and tag it; the words to print. Nothing is written if it cannot be cut."""
    if _git(root, "status", "--porcelain"):
        raise ReleaseError("the checkout has changes that are not committed; commit or take them back, then release")
    if _git(root, "tag", "--list", f"v{version}"):
        raise ReleaseError(f"the tag v{version} exists; take the next version")
    project, changelog = root / _PROJECT, root / _CHANGELOG
    texts = {project: with_version(project.read_text(encoding="utf-8"), version)}
    texts[changelog] = with_entry(changelog.read_text(encoding="utf-8"), version, day)
    for file, text in texts.items():
        file.write_text(text, encoding="utf-8")
    record, materials = _made(root, version, day)
    folder = root / "releases" / f"v{version}"
    folder.mkdir(parents=True)
    (folder / "release.json").write_text(record.as_text(), encoding="utf-8")
    (folder / "sbom.cdx.json").write_text(materials, encoding="utf-8")
    _git(root, "add", _PROJECT, _CHANGELOG, str(folder))
    _git(root, "commit", "--quiet", "--message", f"Release {version}")
    _git(root, "tag", "--annotate", "--message", f"Release {version}", f"v{version}")
    return f"v{version} is committed and tagged; git push --follow-tags deploys it. Wheel {record.sha256}"


def check_release(root: Path) -> str:
    """Say that the checkout is what was recorded of its version. Raises ReleaseError if it is not."""
    version = version_of((root / _PROJECT).read_text(encoding="utf-8"))
    file = root / "releases" / f"v{version}" / "release.json"
    if not file.exists():
        raise ReleaseError(f"{file.relative_to(root)} does not exist: cut the release with mlops release {version}")
    record = Record(**json.loads(file.read_text(encoding="utf-8")))
    materials = (file.parent / "sbom.cdx.json").read_bytes()
    content = content_sha256(_wheel(root)[0])
    wrong = differences(record, version=version, content=content, bill_sha256=hashlib.sha256(materials).hexdigest())
    if wrong:
        raise ReleaseError(f"this is not the release {version}: " + "; ".join(wrong) + ". Cut a new one")
    return f"this is the release {version}, as it was cut on {record.date}"


def _made(root: Path, version: str, day: date) -> tuple[Record, str]:
    path, sha256 = _wheel(root)
    locked = json.loads((root / "Pipfile.lock").read_text(encoding="utf-8"))
    locks = {file.stem: file.read_text(encoding="utf-8") for file in (root / "ml" / "runtimes").glob("*.lock")}
    materials = bill(version, sha256, locked, locks)
    record = Record(
        version=version,
        date=str(day),
        wheel=path.name,
        sha256=sha256,
        content_sha256=content_sha256(path),
        sbom_sha256=hashlib.sha256(materials.encode()).hexdigest(),
    )
    return record, materials


def _wheel(root: Path) -> tuple[Path, str]:
    from infra.wheel import build_wheel  # noqa: PLC0415 - other commands build no wheel

    built = build_wheel(root)
    return built.path, built.sha256


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ReleaseError(f"git {' '.join(arguments)}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout.strip()
