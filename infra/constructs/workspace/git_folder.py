"""A repository as a folder of the workspace."""

from dataclasses import dataclass

from infra.cdktf_seam import Scope, databricks
from infra.constructs.workspace.permissions import Permission, permissions
from infra.spec import GitFolder


@dataclass(frozen=True, kw_only=True)
class GitFolderProps:
    """`path` is its location in the workspace."""

    path: str
    folder: GitFolder


def git_folder(scope: Scope, id_: str, props: GitFolderProps) -> None:
    """The folder, on its branch. The groups can only read it: changes come through the branch."""
    made = databricks.repo.Repo(
        scope,
        id_,
        path=props.path,
        url=props.folder.url,
        branch=props.folder.branch,
    )
    allowed = tuple(Permission(level="CAN_READ", group=group) for group in props.folder.can_read)
    permissions(scope, f"{id_}-permissions", "repo_id", made.id, allowed)
