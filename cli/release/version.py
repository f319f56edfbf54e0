"""The version of a release, and its entry in the changelog. Pure."""

import re
from collections.abc import Iterable
from datetime import date

from cli.release.errors import ReleaseError

_VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")
_UNRELEASED = "## Unreleased\n"
_IN_PROJECT = re.compile(r'^version = "([^"]+)"$', re.MULTILINE)


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


def later(version: str, tags: Iterable[str]) -> str | None:
    """The latest of `tags` (`v1.4.0`) that is later than `version`, if any; other tags do not count."""
    versions = [tag.removeprefix("v") for tag in tags if _VERSION.fullmatch(tag.removeprefix("v"))]
    latest = max(versions, key=_numbers, default=version)
    return f"v{latest}" if _numbers(latest) > _numbers(version) else None


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def with_entry(changelog: str, version: str, day: date) -> str:
    """The changelog with the unreleased entries under the new version. Raises ReleaseError if there are none."""
    before, heading, rest = changelog.partition(_UNRELEASED)
    unreleased = rest.partition("\n## ")[0]
    if not heading:
        raise ReleaseError("CHANGELOG.md has no heading `## Unreleased`; write one")
    if not re.search(r"^\s*- \S", unreleased, re.MULTILINE):
        raise ReleaseError(
            "CHANGELOG.md has nothing under `## Unreleased`: describe what users will notice, then release"
        )
    if f"\n## {version}," in changelog:
        raise ReleaseError(f"CHANGELOG.md has {version} already; take the next version")
    return f"{before}{_UNRELEASED}\n## {version}, {day}\n{rest}"
