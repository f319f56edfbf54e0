"""An environment's catalog, visible only to named workspaces."""

from dataclasses import dataclass

from infra.access.grants import Grant
from infra.cdktf_seam import Resource, Scope, databricks
from infra.constructs.unity_catalog.grants import GrantsProps, grants


@dataclass(frozen=True, kw_only=True)
class CatalogProps:
    """`storage_root` is in the external location `location`.

    `readers` are (environment, workspace id): from there nobody can write, whatever their grants.
    """

    name: str
    comment: str
    owner: str
    storage_root: str
    location: Resource
    workspace_id: int
    readers: tuple[tuple[str, int], ...]
    grants: tuple[Grant, ...]


@dataclass(frozen=True, kw_only=True)
class CatalogOutputs:
    """Reference to the catalog's name, and its own workspace's binding.

    The catalog's content depends on the binding, so that it is destroyed while the workspace still reaches it.
    """

    name: str
    binding: Resource


def isolated_catalog(scope: Scope, id_: str, props: CatalogProps) -> CatalogOutputs:
    """A catalog bound to its own workspace, and read-only to the readers' workspaces."""
    catalog = databricks.catalog.Catalog(
        scope,
        id_,
        name=props.name,
        comment=props.comment,
        owner=props.owner,
        storage_root=props.storage_root,
        isolation_mode="ISOLATED",
        # A catalog with schemas in it is not dropped by mistake.
        force_destroy=False,
        depends_on=[props.location],
    )
    own = _binding(scope, f"{id_}-binding-own", catalog, props.workspace_id, "BINDING_TYPE_READ_WRITE")
    for name, workspace_id in props.readers:
        _binding(scope, f"{id_}-binding-{name}", catalog, workspace_id, "BINDING_TYPE_READ_ONLY")
    held = GrantsProps(securable="catalog", name=catalog.name, grants=props.grants, after=(own,))
    grants(scope, f"{id_}-grants", held)
    return CatalogOutputs(name=catalog.name, binding=own)


def _binding(scope: Scope, id_: str, catalog: Resource, workspace_id: int, binding_type: str) -> Resource:
    return databricks.workspace_binding.WorkspaceBinding(
        scope,
        id_,
        securable_name=catalog.name,
        securable_type="catalog",
        workspace_id=workspace_id,
        binding_type=binding_type,
    )
