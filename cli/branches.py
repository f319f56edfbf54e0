"""A branch in a workspace: its Git folder at the newest commit, and next to it the wheel of that commit."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cli.errors import CommandError

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

    from infra.spec import GitFolder
    from infra.wheel import Wheel

# Keyed by a part of the repository's URL; all others are GitHub's.
_PROVIDERS: Mapping[str, str] = {
    "dev.azure.com": "azureDevOpsServices",
    "gitlab": "gitLab",
    "bitbucket": "bitbucketCloud",
}


@dataclass(frozen=True, kw_only=True)
class Synced:
    """The branch's folder in the workspace, its commit, and the wheel that its notebooks install."""

    folder: str
    commit: str
    wheel: str


def own_folder(workspace: "WorkspaceClient", branch: str) -> str:
    """The folder of a person's branch: below the caller's home, so it touches nobody else's work."""
    return f"/Users/{workspace.current_user.me().user_name}/branches/{branch.replace('/', '-')}/code"


def sync(workspace: "WorkspaceClient", declared: "GitFolder", branch: str, folder: str) -> str:
    """Bring the Git folder to the newest commit of `branch`, creating it if needed; returns that commit.

    Raises CommandError if the remote has no such branch, or the folder's content cannot be updated.
    """
    from databricks.sdk.errors.base import DatabricksError  # noqa: PLC0415 - takes half a second

    try:
        number = _number(workspace, declared, folder)
        workspace.repos.update(number, branch=branch)
        return str(workspace.repos.get(number).head_commit_id)
    except DatabricksError as error:
        fix = "push the branch; if the folder holds edits, commit or discard them in the workspace, then run this again"
        raise CommandError(f"{folder} is not at {branch}: {error}. {fix}") from error


def _number(workspace: "WorkspaceClient", declared: "GitFolder", folder: str) -> int:
    parent = folder.rpartition("/")[0]
    found = {str(each.path).removeprefix("/Workspace"): each.id for each in workspace.repos.list(path_prefix=parent)}
    if folder not in found:
        provider = next((name for part, name in _PROVIDERS.items() if part in declared.url), "gitHub")
        workspace.workspace.mkdirs(parent)
        found[folder] = workspace.repos.create(declared.url, provider, path=folder).id
    return int(found[folder] or 0)


def upload(workspace: "WorkspaceClient", wheel: "Wheel", folder: str) -> str:
    """Upload the wheel next to the Git folder, replacing the previous one; returns the path for `%pip install`."""
    from databricks.sdk.service.workspace import ImportFormat  # noqa: PLC0415 - takes half a second

    path = f"{folder.rpartition('/')[0]}/{wheel.path.name}"
    workspace.workspace.upload(path, Path(wheel.path).read_bytes(), format=ImportFormat.AUTO, overwrite=True)
    return f"/Workspace{path}"


def synced(workspace: "WorkspaceClient", declared: "GitFolder", branch: str, folder: str, built: "Built") -> Synced:
    """Folder and wheel of one commit. Raises CommandError if this checkout is at another one."""
    commit = sync(workspace, declared, branch, folder)
    if commit != built.commit:
        here = f"this checkout is at {built.commit[:12]}"
        raise CommandError(
            f"{folder} is at {commit[:12]} and {here}: push your commits, or git pull, then run this again"
        )
    return Synced(folder=f"/Workspace{folder}", commit=commit, wheel=upload(workspace, built.wheel, folder))


@dataclass(frozen=True, kw_only=True)
class Built:
    """A checkout's build: the wheel of `commit`, which is `<commit>-dirty` if its code is not committed."""

    wheel: "Wheel"
    commit: str
