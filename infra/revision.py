"""The commit of the deployed code."""

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

UNKNOWN = "unknown"


def git_commit(root: Path, environment: Mapping[str, str] = os.environ) -> str:
    """The commit of `root`; `<commit>-dirty` if `ml` differs from it; `unknown` outside a repository.

    A build without a repository names its commit in `MLOPS_GIT_COMMIT`. Raises ValueError if that is not a commit. The
    compliance gate refuses a model whose commit is unknown.
    """
    given = environment.get("MLOPS_GIT_COMMIT")
    if given:
        if not re.fullmatch(r"[0-9a-f]{40}", given):
            raise ValueError(f"MLOPS_GIT_COMMIT is {given!r}; allowed is a commit's 40 hex digits; correct or unset it")
        return given
    commit = _git(root, "rev-parse", "HEAD")
    if commit is None:
        return UNKNOWN
    changed = _git(root, "status", "--porcelain", "--", "ml", "pyproject.toml")
    return f"{commit}-dirty" if changed else commit


def _git(root: Path, *arguments: str) -> str | None:
    """Git's output; None if it fails or is absent."""
    try:
        done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True, check=False)
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None
