"""A branch in a workspace: folder and wheel of one commit."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.branches import Built, own_folder, synced
from cli.errors import CommandError
from infra.spec import GitFolder
from infra.wheel import Wheel
from tests.localcloud.core import Core, start, stop

DECLARED = GitFolder(url="https://github.com/example-org/mlops.git", branch="main", can_read=())


def _git(folder: Path, *words: str) -> str:
    who = ["-c", "user.name=ann", "-c", "user.email=ann@example.com"]
    done = subprocess.run(["git", *who, "-C", str(folder), *words], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def _commit(folder: Path, text: str) -> str:
    (folder / "etl.py").write_text(text)
    _git(folder, "add", ".")
    _git(folder, "commit", "-q", "-m", text)
    return _git(folder, "rev-parse", "HEAD")


@pytest.fixture
def core(tmp_path: Path) -> Iterator[Core]:
    """A local cloud without Spark."""
    started = start(tmp_path / "home")
    yield started
    stop(started)


@pytest.fixture
def remote(core: Core, tmp_path: Path) -> Path:
    """The repository that the declared URL stands for, with the branches `main` and `feature/x`."""
    folder = tmp_path / "remote"
    folder.mkdir()
    _git(folder, "init", "-q", "-b", "main")
    _commit(folder, "x = 1")
    _git(folder, "checkout", "-q", "-b", "feature/x")
    body = {"url": DECLARED.url, "path": str(folder)}
    assert core.call("PUT", f"{core.account_url}/local/git-remotes", json=body).status_code == 200
    return folder


def _built(tmp_path: Path, commit: str, content: bytes = b"one") -> Built:
    path = tmp_path / "mlops_ml-0.1.0-py3-none-any.whl"
    path.write_bytes(content)
    return Built(wheel=Wheel(path=path, sha256="0" * 64), commit=commit)


def test_a_branch_and_its_wheel_move_together(core: Core, remote: Path, tmp_path: Path) -> None:
    """Made at first, then moved on to the newest commit: a notebook beside imports the wheel of its own branch."""
    dev = core.admin("dev")
    folder = own_folder(dev, "feature/x")
    assert folder == "/Users/admin@localcloud/branches/feature-x/code"
    for text in ("x = 2", "x = 3"):
        commit = _commit(remote, text)
        found = synced(dev, DECLARED, "feature/x", folder, _built(tmp_path, commit, text.encode()))
        assert (found.folder, found.commit) == (f"/Workspace{folder}", commit)
        assert found.wheel == "/Workspace/Users/admin@localcloud/branches/feature-x/mlops_ml-0.1.0-py3-none-any.whl"
        assert dev.workspace.download(found.wheel).read() == text.encode()
        assert dev.workspace.download(f"{folder}/etl.py").read() == text.encode()


def test_a_checkout_at_another_commit_is_refused(core: Core, remote: Path, tmp_path: Path) -> None:
    """Its wheel would not be the branch's: nothing is uploaded."""
    dev, commit = core.admin("dev"), _commit(remote, "x = 2")
    folder = own_folder(dev, "feature/x")
    with pytest.raises(CommandError, match="push your commits, or git pull"):
        synced(dev, DECLARED, "feature/x", folder, _built(tmp_path, f"{commit}-dirty"))
    assert [str(each.path) for each in dev.workspace.list(folder.rpartition("/")[0])] == [folder]


def test_a_branch_that_was_not_pushed_is_refused(core: Core, remote: Path, tmp_path: Path) -> None:
    """The message says what to do."""
    dev = core.admin("dev")
    with pytest.raises(CommandError, match=r"is not at gone: The remote has no branch 'gone'.*push the branch"):
        synced(dev, DECLARED, "gone", own_folder(dev, "gone"), _built(tmp_path, "c"))
