"""Git folders, cloned from a repository of this machine."""

import base64
import subprocess
from pathlib import Path
from typing import Any

import pytest
from databricks.sdk.errors import BadRequest, NotFound, PermissionDenied, ResourceAlreadyExists
from databricks.sdk.service.workspace import ExportFormat, SparseCheckout, SparseCheckoutUpdate

from tests.localcloud.core import Core

URL = "https://github.com/example-org/mlops.git"
NOTEBOOK = "# Databricks notebook source\nprint(1)\n"


def _git(folder: Path, *words: str) -> str:
    who = ["-c", "user.name=ann", "-c", "user.email=ann@example.com"]
    done = subprocess.run(["git", *who, "-C", str(folder), *words], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def _commit(folder: Path, **files: str) -> str:
    for name, content in files.items():
        path = folder / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(exist_ok=True)
        path.write_text(content)
    _git(folder, "add", ".")
    _git(folder, "commit", "-q", "-m", "more")
    return _git(folder, "rev-parse", "HEAD")


@pytest.fixture
def remote(core: Core, tmp_path: Path) -> Path:
    """A repository with the branches `trunk` and `next` and the tag `v1`, which stands for `URL`."""
    folder = tmp_path / "remote"
    folder.mkdir()
    _git(folder, "init", "-q", "-b", "trunk")
    _commit(folder, README_dot_md="one", src__etl_dot_py=NOTEBOOK, src__lib_dot_py="x = 1", docs__a_dot_md="a")
    _git(folder, "tag", "v1")
    _git(folder, "branch", "next")
    body = {"url": URL, "path": str(folder)}
    assert core.call("PUT", f"{core.account_url}/local/git-remotes", json=body).status_code == 200
    return folder


def _below(core: Core, path: str) -> dict[str, str]:
    found = core.admin().workspace.list(path, recursive=True)
    return {str(each.path).removeprefix(f"{path}/"): str(each.object_type and each.object_type.value) for each in found}


def test_a_repo_holds_the_files_of_its_default_branch(core: Core, remote: Path) -> None:
    """Notebooks are notebooks, and all else is files; branch and commit are the remote's."""
    made = core.admin().repos.create(URL, "GITHUB", path="/Shared/mlops")
    assert made.id is not None
    assert made.as_dict() == {
        "id": made.id,
        "url": URL,
        "provider": "gitHub",
        "path": "/Shared/mlops",
        "branch": "trunk",
        "head_commit_id": _git(remote, "rev-parse", "trunk"),
    }
    assert core.admin().repos.get(made.id).as_dict() == made.as_dict()
    status = core.admin().workspace.get_status("/Shared/mlops")
    assert status.object_type
    assert (status.object_type.value, status.object_id) == ("REPO", made.id)
    assert _below(core, "/Shared/mlops") == {
        "README.md": "FILE",
        "docs/a.md": "FILE",
        "src/etl": "NOTEBOOK",
        "src/lib.py": "FILE",
    }
    exported = core.admin().workspace.export("/Shared/mlops/src/etl", format=ExportFormat.SOURCE).content
    assert base64.b64decode(str(exported)).decode() == NOTEBOOK


def test_a_repo_follows_branches_and_tags(core: Core, remote: Path) -> None:
    """To the newest of its branch, to another one, and to a tag, where it is on none; what went is gone."""
    repos = core.admin().repos
    number = int(repos.create(URL, "gitHub", path="/Shared/mlops").id or 0)
    (remote / "README.md").unlink()
    newest = _commit(remote, docs__b_dot_md="b")
    repos.update(number)
    assert repos.get(number).head_commit_id == newest
    assert {"README.md", "docs/b.md"} & _below(core, "/Shared/mlops").keys() == {"docs/b.md"}
    repos.update(number, tag="v1")
    at_tag = repos.get(number)
    assert (at_tag.branch, at_tag.head_commit_id) == (None, _git(remote, "rev-parse", "v1"))
    assert "README.md" in _below(core, "/Shared/mlops")
    repos.update(number, branch="next")
    assert repos.get(number).branch == "next"
    with pytest.raises(BadRequest, match="The remote has no branch 'gone'"):
        repos.update(number, branch="gone")
    with pytest.raises(BadRequest, match="one of branch and tag"):
        repos.update(number, branch="next", tag="v1")


def test_a_sparse_repo_holds_the_folders_that_it_names(core: Core, remote: Path) -> None:
    """And the files at the root; what it names may change, whether it is sparse may not."""
    repos = core.admin().repos
    patterns = SparseCheckout(patterns=["src"])
    number = int(repos.create(URL, "gitHub", path="/Shared/mlops", sparse_checkout=patterns).id or 0)
    assert _below(core, "/Shared/mlops").keys() == {"README.md", "src/etl", "src/lib.py"}
    repos.update(number, sparse_checkout=SparseCheckoutUpdate(patterns=["docs"]))
    assert _below(core, "/Shared/mlops").keys() == {"README.md", "docs/a.md"}
    whole = int(repos.create(URL, "gitHub", path="/Shared/whole").id or 0)
    with pytest.raises(BadRequest, match="cannot be turned on later"):
        repos.update(whole, sparse_checkout=SparseCheckoutUpdate(patterns=["docs"]))


def test_without_a_remote_of_this_machine_a_repo_is_empty(core: Core) -> None:
    """Nothing is fetched from elsewhere: it is kept as declared, on the branch that it is asked for."""
    repos = core.admin().repos
    made = repos.create(URL, "gitHub", path="/Shared/mlops")
    assert (made.branch, made.head_commit_id, _below(core, "/Shared/mlops")) == ("main", None, {})
    repos.update(int(made.id or 0), branch="next")
    assert repos.get(int(made.id or 0)).branch == "next"


def test_repos_are_listed_by_path_and_deleted_with_what_is_in_them(core: Core, remote: Path) -> None:
    """Below `/Repos` unless another path is asked for, in pages."""
    repos = core.admin().repos
    own = repos.create(URL, "gitHub")
    assert own.path == "/Repos/admin@localcloud/mlops"
    numbers = [int(repos.create(URL, "gitHub", path=f"/Shared/r{n:02}").id or 0) for n in range(21)]
    assert [each.path for each in repos.list()] == [own.path]
    assert [each.id for each in repos.list(path_prefix="/Shared")] == numbers
    page = core.call("GET", f"{core.url('prod')}/api/2.0/repos", params={"path_prefix": "/Shared"}).json()
    assert (len(page["repos"]), bool(page["next_page_token"])) == (20, True)
    repos.delete(numbers[0])
    with pytest.raises(NotFound):
        repos.get(numbers[0])
    with pytest.raises(NotFound):
        core.admin().workspace.get_status("/Shared/r00/src/etl")


def test_who_holds_something_on_a_repo_holds_it_on_its_files(core: Core, remote: Path) -> None:
    """CAN_READ reads, and neither updates nor deletes."""
    ann = core.application("ann")
    core.admin().workspace.mkdirs("/team")
    number = int(core.admin().repos.create(URL, "gitHub", path="/team/mlops").id or 0)
    with pytest.raises(PermissionDenied):
        core.sdk("ann").workspace.get_status("/team/mlops/README.md")
    entry = {"service_principal_name": ann, "permission_level": "CAN_READ"}
    url = f"{core.url('prod')}/api/2.0/permissions/repos/{number}"
    assert core.call("PUT", url, json={"access_control_list": [entry]}).status_code == 200
    assert core.call("GET", url).json()["object_type"] == "repo"
    assert core.sdk("ann").workspace.get_status("/team/mlops/README.md").path == "/team/mlops/README.md"
    assert core.sdk("ann").repos.get(number).branch == "trunk"
    for call in (lambda: core.sdk("ann").repos.update(number), lambda: core.sdk("ann").repos.delete(number)):
        with pytest.raises(PermissionDenied):
            call()


@pytest.mark.parametrize(
    ("fields", "error", "message"),
    [
        ({"provider": "cvs"}, BadRequest, "provider 'cvs' is not one of gitHub"),
        ({"url": ""}, BadRequest, "url"),
        ({"path": "/Repos/mlops"}, BadRequest, "below /Repos a repo lies in a folder"),
        ({"path": "/nowhere/mlops"}, NotFound, "/nowhere"),
        ({"path": "/Shared"}, ResourceAlreadyExists, "already exists"),
        ({"branch": "next"}, BadRequest, "branch are not understood"),
    ],
)
def test_what_cannot_be_a_repo_is_refused(
    core: Core, fields: dict[str, Any], error: type[Exception], message: str
) -> None:
    """By name."""
    body = {"url": URL, "provider": "gitHub", "path": "/Shared/mlops"} | fields
    with pytest.raises(error, match=message):
        core.admin().api_client.do("POST", "/api/2.0/repos", body=body)


def test_only_a_repository_stands_for_a_url(core: Core, tmp_path: Path) -> None:
    """And only the admin says so."""
    url, body = f"{core.account_url}/local/git-remotes", {"url": URL, "path": str(tmp_path / "none")}
    answer = core.call("PUT", url, json=body)
    assert (answer.status_code, "is not a Git repository" in answer.json()["message"]) == (400, True)
    core.application("ann")
    assert core.call("PUT", url, core.token("ann"), json=body).status_code == 403
