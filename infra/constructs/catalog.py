"""An environment's catalog, seen only by the workspaces that are named."""

from dataclasses import dataclass

from infra.access.grants import Grant
from infra.cdktf_seam import Resource, Scope, databricks
from infra.constructs.grants import GrantsProps, grants


@dataclass(frozen=True, kw_only=True)
class CatalogProps:
    """`storage_root` lies in the external location `location`.

    `readers` are (environment, workspace id): from there nobody can write, whatever is granted.
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
    """Reference to the catalog's name."""

    name: str


def isolated_catalog(scope: Scope, id_: str, props: CatalogProps) -> CatalogOutputs:
    """A catalog bound to its own workspace, read-only to the readers', and to no other."""
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
    bindings = [("own", props.workspace_id, "BINDING_TYPE_READ_WRITE")]
    bindings += [(name, workspace_id, "BINDING_TYPE_READ_ONLY") for name, workspace_id in props.readers]
    for name, workspace_id, binding_type in bindings:
        databricks.workspace_binding.WorkspaceBinding(
            scope,
            f"{id_}-binding-{name}",
            securable_name=catalog.name,
            securable_type="catalog",
            workspace_id=workspace_id,
            binding_type=binding_type,
        )
    grants(scope, f"{id_}-grants", GrantsProps(securable="catalog", name=catalog.name, grants=props.grants))
    return CatalogOutputs(name=catalog.name)
