"""A Git folder in a workspace: a REPO object, and the files of one commit below it."""

import base64

from localcloud.kernel import folders
from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import bad_request, not_found
from localcloud.kernel.identity import Caller
from localcloud.kernel.store import Document
from localcloud.services.workspace import formats, git, objects

_DEFAULT_BRANCH = "main"
_SHOWN = ("url", "provider", "path", "branch", "head_commit_id", "sparse_checkout")


def shown(repo: Document) -> Document:
    """The folder as returned by the API, with a commit only if its remote is on this machine."""
    return {"id": repo["object_id"], **{name: repo[name] for name in _SHOWN if repo.get(name)}}


def require(cloud: Cloud, caller: Caller, repo_id: int, level: str) -> Document:
    """The Git folder with this id, if the caller has `level` on it. Raises `ApiError` 403 and 404."""
    workspace = caller.require_workspace().name
    for each in everything(cloud, workspace):
        if each["object_id"] == repo_id:
            return objects.require(cloud, caller, each["path"], level)
    raise not_found(f"Repo {repo_id} does not exist.")


def everything(cloud: Cloud, workspace: str) -> list[Document]:
    """The Git folders of a workspace."""
    kept = cloud.store.all(objects.KIND)
    return [each for each in kept if each["workspace"] == workspace and each["object_type"] == objects.REPO]


def make(cloud: Cloud, caller: Caller, path: str, fields: Document) -> Document:
    """A new Git folder at a checked path, with the files of the remote's default branch."""
    fields = {"object_type": objects.REPO, "branch": _DEFAULT_BRANCH, **fields}
    found = git.remote(cloud, fields["url"])
    if found is not None:
        fields["branch"] = found.branch()
        fields["head_commit_id"] = found.commit(branch=fields["branch"])
    objects.put(cloud, caller, path, fields)
    return _filled(cloud, caller, path)


def check_out(cloud: Cloud, caller: Caller, repo: Document, branch: str | None, tag: str | None) -> None:
    """Check out the newest commit of a branch or a tag, by default of the current branch. Local changes are lost."""
    found = git.remote(cloud, repo["url"])
    fields = {name: value for name, value in repo.items() if name not in ("branch", "head_commit_id")}
    if tag is None:
        fields["branch"] = branch or repo.get("branch") or _DEFAULT_BRANCH
    if found is not None:
        fields["head_commit_id"] = found.commit(branch=fields.get("branch"), tag=tag)
    objects.put(cloud, caller, repo["path"], fields)
    _filled(cloud, caller, repo["path"])


def path_of(caller: Caller, url: str, given: str | None) -> str:
    """The path of a Git folder: `given`, else below the caller's folder in `/Repos`. Raises `ApiError` 400."""
    name = url.rstrip("/").rpartition("/")[2].removesuffix(".git")
    path = folders.path_of(given) if given else f"/Repos/{caller.principal}/{name}"
    if path.startswith("/Repos/") and len(path.strip("/").split("/")) != 3:
        raise bad_request(f"path '{path}': below /Repos a repo lies in a folder, /Repos/<folder>/<repo>.")
    return path


def _filled(cloud: Cloud, caller: Caller, path: str) -> Document:
    """The Git folder with exactly the files of its commit."""
    repo = objects.require(cloud, caller, path, "CAN_READ")
    for each in objects.below(cloud, repo):
        objects.delete(cloud, each, recursive=True)
    remote = git.remote(cloud, repo["url"])
    if remote is None:
        return repo
    patterns = tuple((repo.get("sparse_checkout") or {}).get("patterns") or ())
    for name, content in remote.files(repo["head_commit_id"], patterns):
        body = {"content": base64.b64encode(content).decode(), "format": "AUTO"}
        file = formats.imported(f"{path}/{name}", body, posted=True)
        objects.make_folders(cloud, caller, objects.parent_of(file.path))
        objects.put(cloud, caller, file.path, file.fields)
    return repo
