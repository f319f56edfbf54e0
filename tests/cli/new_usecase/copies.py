"""A checkout to write into: what is there, without the use cases that it tests are made beside."""

import shutil
from pathlib import Path

from cli.paths import ROOT

_ROOMS = ("cli", "docs", "infra", "localcloud", "ml", "policies", "schedules", "settings", "tests", "workspaces")
_FILES = ("LICENSE", "mkdocs.yml", "pyproject.toml", ".gitignore")


def copied(target: Path) -> Path:
    """A copy of the rooms and settings of this checkout, at `target`."""
    for room in _ROOMS:
        shutil.copytree(ROOT / room, target / room, ignore=shutil.ignore_patterns("__pycache__"))
    for name in _FILES:
        shutil.copy(ROOT / name, target / name)
    return target
