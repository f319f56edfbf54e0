"""A copy of this checkout, which a further story edits as a user would.

Stacks, wheel and commands then come from the copy, and the shipped ones stay as they are.
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
_TOOLS = ".tools"


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


def edit(path: Path, old: str, new: str) -> None:
    """Replace `old` in the file. Raises CommandError unless it is there once."""
    text = path.read_text("utf-8")
    if text.count(old) != 1:
        raise CommandError(f"{path.name} has {old.strip()!r} {text.count(old)} times: this story edits it once")
    path.write_text(text.replace(old, new), "utf-8")


def run_there(checkout: Path, module: str, *arguments: str) -> int:
    """Run a module of the copy with this Python; its exit code."""
    environment = os.environ | {"PYTHONPATH": str(checkout), "MLOPS_HOME": str(clouds().resolve())}
    commit = git_commit(ROOT).removesuffix("-dirty")
    if commit != UNKNOWN:
        environment |= {"MLOPS_GIT_COMMIT": commit}
    return subprocess.run(
        [sys.executable, "-m", module, *arguments], cwd=checkout, env=environment, check=False
    ).returncode
