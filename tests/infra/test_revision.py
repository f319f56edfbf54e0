"""Which commit the deployed code is."""

import subprocess
from pathlib import Path

import pytest

from infra.revision import UNKNOWN, git_commit


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with one commit."""
    (tmp_path / "ml").mkdir()
    (tmp_path / "ml" / "code.py").write_text("x = 1\n", encoding="utf-8")
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.com"]
    for arguments in (["init", "-q"], ["add", "."], [*identity, "commit", "-q", "-m", "first"]):
        subprocess.run(["git", "-C", str(tmp_path), *arguments], check=True)
    return tmp_path


def _head(repository: Path) -> str:
    command = ["git", "-C", str(repository), "rev-parse", "HEAD"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_a_clean_checkout_is_its_commit(repository: Path) -> None:
    """What is deployed is what is committed."""
    assert git_commit(repository, {}) == _head(repository)


def test_changed_code_is_said_to_be_dirty(repository: Path) -> None:
    """A commit that is not what is deployed does not pass for it."""
    (repository / "ml" / "code.py").write_text("x = 2\n", encoding="utf-8")
    assert git_commit(repository, {}) == f"{_head(repository)}-dirty"


def test_outside_a_repository_the_commit_is_unknown(tmp_path: Path) -> None:
    """Nothing is made up."""
    assert git_commit(tmp_path, {}) == UNKNOWN


def test_a_build_can_name_its_commit(tmp_path: Path) -> None:
    """A pipeline without .git says which commit it builds, in full or not at all."""
    assert git_commit(tmp_path, {"MLOPS_GIT_COMMIT": "a" * 40}) == "a" * 40
    with pytest.raises(ValueError, match="40 hex digits"):
        git_commit(tmp_path, {"MLOPS_GIT_COMMIT": "main"})
