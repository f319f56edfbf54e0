"""A workspace directory without access by default."""

from dataclasses import dataclass

from infra.cdktf_seam import Resource, Scope, databricks
from infra.constructs.workspace.permissions import Permission, permissions


@dataclass(frozen=True, kw_only=True)
class DirectoryProps:
    """`path` is outside /Shared. The directory's content inherits `permissions`, and those of its parent directory."""

    path: str
    permissions: tuple[Permission, ...]


def directory(scope: Scope, id_: str, props: DirectoryProps) -> Resource:
    """The directory, its missing parents, and the permissions on its content."""
    made = databricks.directory.Directory(scope, id_, path=props.path)
    permissions(scope, f"{id_}-permissions", "directory_path", made.path, props.permissions)
    return made
