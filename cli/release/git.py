"""The git operations of a release."""

import fcntl
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cli.release.errors import ReleaseError


def git(root: Path, *arguments: str) -> str:
    """Git's output in `root`. Raises ReleaseError with its own message."""
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ReleaseError(f"git {' '.join(arguments)}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout.strip()


def require_identity(root: Path) -> None:
    """Raises ReleaseError if git has no identity for commits."""
    done = subprocess.run(["git", "var", "GIT_COMMITTER_IDENT"], cwd=root, capture_output=True, check=False)
    if done.returncode:
        raise ReleaseError(
            "git does not know who you are, and a release is a commit: "
            "git config user.name 'Your Name'; git config user.email you@example.com"
        )


@contextmanager
def alone(root: Path) -> Iterator[None]:
    """A lock on the repository and all its worktrees. Raises ReleaseError if another process cuts a release."""
    common = root / git(root, "rev-parse", "--git-common-dir")
    with (common / "mlops-release.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ReleaseError("another release is being cut in this repository; wait until it has ended") from error
        yield


@contextmanager
def worktree(root: Path) -> Iterator[Path]:
    """A checkout of HEAD next to this one, removed afterwards: a failure leaves nothing behind."""
    folder = Path(tempfile.mkdtemp(prefix="release-"))
    try:
        git(root, "worktree", "prune")
        git(root, "worktree", "add", "--quiet", "--detach", str(folder / "checkout"))
        yield folder / "checkout"
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        git(root, "worktree", "prune")
