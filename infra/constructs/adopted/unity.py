"""An existing catalog and external locations: read and checked, but never bound, owned or dropped here."""

from collections.abc import Mapping
from dataclasses import dataclass

from infra.access.grants import Grant
from infra.cdktf_seam import Resource, Scope, databricks
from infra.constructs.adopted.condition import Condition, checked
from infra.constructs.unity_catalog.catalog import CatalogOutputs

_CATALOG = "catalog_info[0]"
_LOCATION = "external_location_info[0]"


@dataclass(frozen=True, kw_only=True)
class AdoptedCatalogProps:
    """`grants`, by principal, are added to existing grants: only the owner manages the whole list."""

    name: str
    grants: Mapping[str, Grant]


def adopted_catalog(scope: Scope, id_: str, props: AdoptedCatalogProps) -> CatalogOutputs:
    """A catalog with its own storage, visible only to named workspaces, with grants for our principals."""
    made = databricks.data_databricks_catalog.DataDatabricksCatalog(scope, id_, name=props.name)
    conditions = (
        Condition(
            holds=f'self.{_CATALOG}.catalog_type == "MANAGED_CATALOG"',
            found=f"is a ${{self.{_CATALOG}.catalog_type}}",
            fix="Allowed: MANAGED_CATALOG. Nothing can be written to a shared or foreign one.",
        ),
        Condition(
            holds=f'self.{_CATALOG}.isolation_mode == "ISOLATED"',
            found=f"has isolation_mode ${{self.{_CATALOG}.isolation_mode}}",
            fix="Allowed: ISOLATED. Ask its owner to isolate it and to bind this workspace.",
        ),
        Condition(
            holds=f'startswith(self.{_CATALOG}.storage_root, "abfss://")',
            found=f"stores its tables at '${{self.{_CATALOG}.storage_root}}'",
            fix="Allowed: a place of its own in a lake. Make one with storage_root: it cannot be added.",
        ),
    )
    checked(f"catalog {props.name}", made, conditions)
    for who, grant in props.grants.items():
        databricks.grant.Grant(
            scope,
            f"{id_}-grant-{who}",
            catalog=made.name,
            principal=grant.principal,
            privileges=list(grant.privileges),
        )
    # Its owner bound it; objects in it are created after it was read and checked.
    return CatalogOutputs(name=made.name, binding=made)


def adopted_location(scope: Scope, id_: str, name: str, storage_account: str) -> tuple[Resource, str]:
    """(location, its URL with a trailing slash). It is in `storage_account`, is writable, and is isolated."""
    made = databricks.data_databricks_external_location.DataDatabricksExternalLocation(scope, id_, name=name)
    host = f"{storage_account}.dfs.core.windows.net"
    conditions = (
        Condition(
            holds=f'strcontains(self.{_LOCATION}.url, "@{host}/") || endswith(self.{_LOCATION}.url, "@{host}")',
            found=f"lies at ${{self.{_LOCATION}.url}}",
            fix=f"Allowed: abfss://<container>@{host}/, the adopted lake.",
        ),
        Condition(
            holds=f"self.{_LOCATION}.read_only != true",
            found="can only be read",
            fix="Ask its owner to let it be written.",
        ),
        Condition(
            holds=f"self.{_LOCATION}.fallback != true",
            found="falls back to a cluster's own credentials",
            fix="Ask its owner to turn fallback off: it is a way around Unity Catalog.",
        ),
        Condition(
            holds=f'self.{_LOCATION}.isolation_mode == "ISOLATION_MODE_ISOLATED"',
            found=f"has isolation_mode ${{self.{_LOCATION}.isolation_mode}}",
            fix="Allowed: ISOLATION_MODE_ISOLATED. Ask its owner to isolate it and to bind this workspace.",
        ),
    )
    checked(f"external location {name}", made, conditions)
    url = f'${{trimsuffix(data.databricks_external_location.{id_}.{_LOCATION}.url, "/")}}/'
    return made, url
