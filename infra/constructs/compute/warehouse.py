"""The SQL warehouse for people's queries."""

from dataclasses import dataclass

from infra.cdktf_seam import Scope, databricks
from infra.constructs.workspace.permissions import Permission, permissions
from infra.spec import Warehouse


@dataclass(frozen=True, kw_only=True)
class WarehouseProps:
    """Its name, its limits and its permissions."""

    name: str
    limits: Warehouse
    permissions: tuple[Permission, ...]


def sql_warehouse(scope: Scope, id_: str, props: WarehouseProps) -> None:
    """A serverless warehouse that stops when idle."""
    made = databricks.sql_endpoint.SqlEndpoint(
        scope,
        id_,
        name=props.name,
        cluster_size=props.limits.size,
        auto_stop_mins=props.limits.auto_stop_minutes,
        min_num_clusters=1,
        max_num_clusters=props.limits.max_clusters,
        enable_serverless_compute=True,
        warehouse_type="PRO",
    )
    permissions(scope, f"{id_}-permissions", "sql_endpoint_id", made.id, props.permissions)
