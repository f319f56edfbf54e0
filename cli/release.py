"""What a release is: a version, its entry in the changelog, one wheel by its hashes, and what it is made of. Pure."""

import hashlib
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

_VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")
_UNRELEASED = "## Unreleased\n"
_IN_PROJECT = re.compile(r'^version = "([^"]+)"$', re.MULTILINE)
_PINNED = re.compile(r"^([\w.-]+)==(\S+) --hash=sha256:([0-9a-f]{64})$", re.MULTILINE)


class ReleaseError(ValueError):
    """No release can be cut, or it is not what its record says; the message says why and what to change."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """What is kept of a release. `sha256` is that of the wheel's bytes, `content_sha256` that of what is in it, which
    is the same whatever packed it, `sbom_sha256` that of the bill of materials beside it.
    """

    version: str
    date: str
    wheel: str
    sha256: str
    content_sha256: str
    sbom_sha256: str

    def as_text(self) -> str:
        """JSON, one line per field."""
        return json.dumps(asdict(self), indent=2) + "\n"


def version_of(project: str) -> str:
    """The version in the text of pyproject.toml."""
    found = _IN_PROJECT.search(project)
    if found is None:
        raise ReleaseError("pyproject.toml has no line `version = …`; give it one below [project]")
    return found[1]


def with_version(project: str, version: str) -> str:
    """The text of pyproject.toml with the new version. Raises ReleaseError unless it is a later one."""
    now, wanted = version_of(project), _VERSION.fullmatch(version)
    if wanted is None:
        raise ReleaseError(f"version {version!r}: allowed is MAJOR.MINOR.PATCH, such as 1.4.0")
    if _numbers(version) <= _numbers(now):
        raise ReleaseError(f"version {version} is not later than {now}, which pyproject.toml has; take the next one")
    return _IN_PROJECT.sub(f'version = "{version}"', project, count=1)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def with_entry(changelog: str, version: str, day: date) -> str:
    """The changelog with what was unreleased under the new version. Raises ReleaseError if nothing was."""
    before, heading, rest = changelog.partition(_UNRELEASED)
    unreleased = rest.partition("\n## ")[0]
    if not heading:
        raise ReleaseError("CHANGELOG.md has no heading `## Unreleased`; write one")
    if not re.search(r"^\s*- \S", unreleased, re.MULTILINE):
        raise ReleaseError("CHANGELOG.md says nothing under `## Unreleased`: say what a user notices, then release it")
    if f"\n## {version}," in changelog:
        raise ReleaseError(f"CHANGELOG.md has {version} already; take the next version")
    return f"{before}{_UNRELEASED}\n## {version}, {day}\n{rest}"


def content_sha256(wheel: Path) -> str:
    """Over names and bytes in the wheel, in order: two builds of the same sources have the same."""
    total = hashlib.sha256()
    with zipfile.ZipFile(wheel) as archive:
        for name in sorted(archive.namelist()):
            total.update(f"{name}\0".encode() + hashlib.sha256(archive.read(name)).digest())
    return total.hexdigest()


def bill(version: str, wheel_sha256: str, locked: Mapping[str, Any], travelling: Mapping[str, str]) -> str:
    """What the release is made of, in CycloneDX's JSON: the locked environment that synthesizes and deploys, and by
    runtime what travels to it with the wheel. `travelling` is the text of each lock by the runtime's name.
    """
    made = {"type": "library", "name": "mlops_ml", "version": version, "licenses": [{"license": {"id": "Apache-2.0"}}]}
    made |= {"purl": f"pkg:pypi/mlops-ml@{version}", "hashes": _hashes(wheel_sha256)}
    components = [*_locked(locked), *_travelling(travelling)]
    head = {"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "metadata": {"component": made}}
    return json.dumps({**head, "components": components}, indent=2) + "\n"


def _locked(locked: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for name, pinned in sorted(locked["default"].items()):
        yield _component(name, str(pinned["version"]).removeprefix("=="), "environment")


def _travelling(locks: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    for runtime, text in sorted(locks.items()):
        for name, version, sha256 in sorted(_PINNED.findall(text)):
            yield {**_component(name, version, f"runtime {runtime}"), "hashes": _hashes(sha256)}


def _component(name: str, version: str, where: str) -> dict[str, Any]:
    purl = f"pkg:pypi/{re.sub(r'[-_.]+', '-', name).lower()}@{version}"
    parts = {"type": "library", "name": name, "version": version, "purl": purl, "bom-ref": f"{where}/{purl}"}
    return {**parts, "properties": [{"name": "mlops:where", "value": where}]}


def _hashes(sha256: str) -> list[dict[str, str]]:
    return [{"alg": "SHA-256", "content": sha256}]


def differences(record: Record, *, version: str, content: str, bill_sha256: str) -> list[str]:
    """In what a checkout is not the release that `record` is of."""
    found = {
        "version": (record.version, version),
        "wheel's content": (record.content_sha256, content),
        "bill of materials": (record.sbom_sha256, bill_sha256),
    }
    return [f"{what}: recorded {was}, is {now}" for what, (was, now) in found.items() if was != now]
