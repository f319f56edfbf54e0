"""A copy of this checkout in which a use case has the declaration of a story.

The copy has the edits that a user would make: the declaration, and the columns that scoring may see. Stacks, wheel and
commands then come from the copy, and the shipped ones stay free of brokers and databases.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from cli.errors import CommandError
from cli.paths import ROOT, clouds
from infra.revision import UNKNOWN, git_commit

_ROOMS = ("cli", "infra", "localcloud", "ml", "policies", "schedules", "settings", "workspaces")
_FILES = ("LICENSE", "README.md", "pyproject.toml")
_TOOLS, _SHIPPED = ".tools", "shipped"
# A stream reads the change data feed of the feature table, which is refused to principals that a mask applies to.
_MASKED, _CLEAR = "  scoring: {", "  scoring: {sensitive: clear, source_sensitive: clear, "


def declaration_of(use_case: str, story: str, root: Path = ROOT) -> Path:
    """The use case's declaration for that story. Raises CommandError that lists the use cases that have one."""
    cases = root / "ml" / "usecases"
    found = cases / use_case / "demo" / story / "declaration.py"
    if not found.is_file():
        there = sorted(path.parents[2].name for path in cases.glob(f"*/demo/{story}/story.py"))
        raise CommandError(f"use case {use_case!r} has no story {story!r}; those that have one: {', '.join(there)}", 2)
    return found


def changed_checkout(use_case: str, story: str, folder: Path, root: Path = ROOT) -> Path:
    """Make the copy in `folder`, replacing an earlier one.

    Raises CommandError if the use case has no such story, or if the text to edit is not found.
    """
    declared = declaration_of(use_case, story, root)
    copied(folder, root)
    _declare(folder / "ml" / "usecases" / use_case, declared.read_text("utf-8"))
    _edit(folder / "workspaces" / "platform.yaml", _MASKED, _CLEAR)
    return folder


def copied(folder: Path, root: Path = ROOT) -> Path:
    """Copy the sources of stacks, wheel and commands to `folder`, replacing an earlier copy."""
    shutil.rmtree(folder, ignore_errors=True)
    for room in _ROOMS:
        shutil.copytree(root / room, folder / room, ignore=shutil.ignore_patterns("__pycache__"))
    for name in _FILES:
        shutil.copy(root / name, folder / name)
    # Java, jars and packages that this checkout has downloaded.
    (root / _TOOLS).mkdir(exist_ok=True)
    (folder / _TOOLS).symlink_to(root / _TOOLS)
    return folder


def run_there(checkout: Path, module: str, *arguments: str) -> int:
    """Run a module of the copy with this Python; its exit code."""
    environment = os.environ | {"PYTHONPATH": str(checkout), "MLOPS_HOME": str(clouds().resolve())}
    commit = git_commit(ROOT).removesuffix("-dirty")
    if commit != UNKNOWN:
        environment |= {"MLOPS_GIT_COMMIT": commit}
    return subprocess.run(
        [sys.executable, "-m", module, *arguments], cwd=checkout, env=environment, check=False
    ).returncode


def _declare(package: Path, declaration: str) -> None:
    """Replace the shipped declaration by `declaration`; it can import the shipped one from a file next to it."""
    (package / "declaration.py").rename(package / f"{_SHIPPED}.py")
    before, after = (f"ml.usecases.{package.name}.{name} import" for name in ("declaration", _SHIPPED))
    (package / "declaration.py").write_text(declaration.replace(before, after), "utf-8")


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    if text.count(old) != 1:
        raise CommandError(f"{path.name} has {old.strip()!r} {text.count(old)} times: this story edits it once")
    path.write_text(text.replace(old, new), "utf-8")
