"""`.ci/roll-back` deploys the release before this one, by its own code."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

MAKEFILE = """deploy:
\t@echo "{release} deploys $(ENV) approved=$(APPROVED)"
"""


def _git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.com")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def releases(root: Path, tmp_path: Path) -> Path:
    """A checkout with the releases v1 and v2, whose `make deploy` says which of them it is, and a commit after."""
    (tmp_path / ".ci").mkdir()
    shutil.copy(root / ".ci" / "roll-back", tmp_path / ".ci" / "roll-back")
    _git(tmp_path, "init", "-q")
    for release in ("v1", "v2", "after"):
        (tmp_path / "Makefile").write_text(MAKEFILE.format(release=release))
        _git(tmp_path, "add", ".")
        _git(tmp_path, "commit", "-qm", release)
        if release != "after":
            _git(tmp_path, "tag", release)
    return tmp_path


def _roll_back(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    command, env = [str(folder / ".ci" / "roll-back"), *arguments], {**os.environ, **variables}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


def test_the_release_before_this_one_is_deployed_by_its_own_code(releases: Path) -> None:
    """After v2 failed as v2, v1 comes back; between releases it is the last one. A worktree is left by neither."""
    _git(releases, "checkout", "-q", "v2")
    done = _roll_back(releases, "prod")
    assert (done.returncode, done.stdout) == (0, "rolling prod back to v1\nv1 deploys prod approved=1\n")
    _git(releases, "checkout", "-q", "-")
    assert _roll_back(releases, "prod").stdout == "rolling prod back to v2\nv2 deploys prod approved=1\n"
    listed = subprocess.run(["git", "worktree", "list"], cwd=releases, capture_output=True, text=True, check=True)
    assert len(listed.stdout.splitlines()) == 1


def test_a_named_release_is_taken(releases: Path) -> None:
    """Whichever is before this one; a tag that does not exist changes nothing."""
    assert _roll_back(releases, "prod", "v1").stdout.endswith("v1 deploys prod approved=1\n")
    wrong = _roll_back(releases, "prod", "v9")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert wrong.stderr == "v9: no such tag, nor such a branch of origin; fetch it, or name another\n"


def test_without_a_release_before_nothing_is_changed(releases: Path) -> None:
    """The first release has nothing to go back to, and says so."""
    _git(releases, "checkout", "-q", "v1")
    done = _roll_back(releases, "prod")
    assert (done.returncode, done.stdout) == (2, "")
    assert "no release before this one" in done.stderr


def test_the_versions_before_are_live_again_and_then_at_the_other_places_too(releases: Path) -> None:
    """By what was recorded before the release; a place that cannot be moved fails the roll-back, and is run again."""
    _git(releases, "checkout", "-q", "v2")
    mlops = releases / ".venv" / "bin" / "mlops"
    mlops.parent.mkdir(parents=True)
    mlops.write_text('#!/bin/sh\necho "$@"\ntest "$1" != "$BROKEN"\n')
    mlops.chmod(0o755)
    live = releases / "dist" / "live.json"
    live.parent.mkdir()
    live.touch()
    there = "--env prod --host https://adb-1"
    again = f"live-again {live} {there} --by pipeline --reason roll-back of the release to v1"
    for broken, code in (("", 0), ("place", 1)):
        done = _roll_back(releases, "prod", HOST="https://adb-1", BROKEN=broken)
        assert (done.returncode, done.stdout.splitlines()[2:]) == (code, [again, f"place {there}"])
    done = _roll_back(releases, "prod", HOST="https://adb-1", BROKEN="live-again")
    assert (done.returncode, done.stdout.splitlines()[2:]) == (1, [again])
