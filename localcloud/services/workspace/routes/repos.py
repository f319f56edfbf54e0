"""Git folders: `/api/2.0/repos`. Copies of a repository on this machine that is mapped to the URL; else empty."""

from fastapi import APIRouter, Depends

from localcloud.kernel import pages, query
from localcloud.kernel.body import JsonBody, only, required
from localcloud.kernel.cloud import CloudDep
from localcloud.kernel.errors import ApiError, bad_request
from localcloud.kernel.identity import CallerDep
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.workspace import git, git_folders, objects

PARITY = Parity(Level.EXECUTED, "https://docs.databricks.com/api/azure/workspace/repos")

router = APIRouter(prefix="/api/2.0/repos", dependencies=[Depends(query.require_known)])
_PAGE = 20
_REPOS = "/Repos"


@router.post("")
def create(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Create a Git folder with the default branch's files. Needs CAN_EDIT on the parent folder, which must exist."""
    only(body, "url", "provider", "path", "sparse_checkout")
    url, provider = required(body, "url", "provider")
    known = {each.lower(): each for each in git.PROVIDERS}
    if str(provider).lower() not in known:
        raise bad_request(f"provider '{provider}' is not one of {', '.join(git.PROVIDERS)}.")
    path = git_folders.path_of(caller, url, body.get("path"))
    objects.require_around(cloud, caller, path, "CAN_EDIT")
    if not body.get("path"):
        objects.make_folders(cloud, caller, objects.parent_of(path))
    objects.require_parent(cloud, caller, path)
    if objects.find(cloud, caller, path) is not None:
        raise ApiError(400, "RESOURCE_ALREADY_EXISTS", f"Path ({path}) already exists.")
    fields = {"url": url, "provider": known[str(provider).lower()], "sparse_checkout": body.get("sparse_checkout")}
    return git_folders.shown(git_folders.make(cloud, caller, path, fields))


@router.get("")
def list_all(
    cloud: CloudDep, caller: CallerDep, path_prefix: str | None = None, next_page_token: str | None = None
) -> Document:
    """The Git folders below a path (default `/Repos`) that the caller may manage, by path, in pages of 20."""
    prefix = (path_prefix or "").removeprefix("/Workspace").rstrip("/") or _REPOS
    found = {
        each["path"]: each
        for each in git_folders.everything(cloud, caller.require_workspace().name)
        if each["path"].startswith(prefix) and objects.allows(cloud, caller, each, "CAN_MANAGE")
    }
    shown, token = pages.page(list(found), _PAGE, next_page_token)
    listed = {"repos": [git_folders.shown(found[each]) for each in shown]}
    return listed | ({"next_page_token": token} if token else {})


@router.get("/{repo_id}")
def get(repo_id: int, cloud: CloudDep, caller: CallerDep) -> Document:
    """One Git folder, with its branch and commit."""
    return git_folders.shown(git_folders.require(cloud, caller, repo_id, "CAN_READ"))


@router.patch("/{repo_id}")
def update(repo_id: int, body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Switch to another branch or tag, or update to the newest commit of the branch. Needs CAN_EDIT."""
    only(body, "branch", "tag", "sparse_checkout", "dangerously_force_discard_all")
    if body.get("branch") and body.get("tag"):
        raise bad_request("Give one of branch and tag.")
    repo = git_folders.require(cloud, caller, repo_id, "CAN_EDIT")
    if body.get("sparse_checkout"):
        if not repo.get("sparse_checkout"):
            raise bad_request("The repo was made without sparse_checkout, which cannot be turned on later.")
        repo = {**repo, "sparse_checkout": body["sparse_checkout"]}
    git_folders.check_out(cloud, caller, repo, body.get("branch") or None, body.get("tag") or None)
    return {}


@router.delete("/{repo_id}")
def delete(repo_id: int, cloud: CloudDep, caller: CallerDep) -> Document:
    """Delete a Git folder with its contents. Needs CAN_MANAGE."""
    objects.delete(cloud, git_folders.require(cloud, caller, repo_id, "CAN_MANAGE"), recursive=True)
    return {}
