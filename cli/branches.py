"""A branch in a workspace: its Git folder at the newest commit, and beside it the wheel of that commit."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cli.errors import CommandError

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

    from infra.spec import GitFolder
    from infra.wheel import Wheel

# By a part of the repository's URL; the rest are GitHub's.
_PROVIDERS: Mapping[str, str] = {
    "dev.azure.com": "azureDevOpsServices",
    "gitlab": "gitLab",
    "bitbucket": "bitbucketCloud",
}


@dataclass(frozen=True, kw_only=True)
class Synced:
    """Where the branch lies in the workspace, at which commit, and the wheel that its notebooks install."""

    folder: str
    commit: str
    wheel: str


def own_folder(workspace: "WorkspaceClient", branch: str) -> str:
    """Where a person's branch lies: below the home of whoever asks, so nobody else's work is touched."""
    return f"/Users/{workspace.current_user.me().user_name}/branches/{branch.replace('/', '-')}/code"


def sync(workspace: "WorkspaceClient", declared: "GitFolder", branch: str, folder: str) -> str:
    """Bring the Git folder to the newest commit of `branch`, and make it if it is not there; that commit.

    Raises CommandError if the remote has no such branch, or what lies there cannot be updated.
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
    """Put the wheel beside the Git folder, in place of the one before; the path that `%pip install` takes."""
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
    """What a checkout makes: the wheel of `commit`, which is `<commit>-dirty` if its code is not committed."""

    wheel: "Wheel"
    commit: str
