"""A workspace directory that nobody reaches by default."""

from dataclasses import dataclass

from infra.cdktf_seam import Resource, Scope, databricks
from infra.constructs.workspace.permissions import Permission, permissions


@dataclass(frozen=True, kw_only=True)
class DirectoryProps:
    """`path` lies outside /Shared. What is in the directory inherits `permissions`, and those of the one around it."""

    path: str
    permissions: tuple[Permission, ...]


def directory(scope: Scope, id_: str, props: DirectoryProps) -> Resource:
    """The directory, its missing parents, and who reaches what lies in it."""
    made = databricks.directory.Directory(scope, id_, path=props.path)
    permissions(scope, f"{id_}-permissions", "directory_path", made.path, props.permissions)
    return made
