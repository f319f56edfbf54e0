"""A flexible server of Azure Database for PostgreSQL."""

from collections.abc import Sequence
from dataclasses import dataclass

from infra.cdktf_seam import Resource, Scope, azurerm

# The longest backup retention that Azure offers.
_BACKUP_DAYS = 35


@dataclass(frozen=True, kw_only=True)
class Administrators:
    """An Entra group, by its object id and its name."""

    group_id: str
    group_name: str


@dataclass(frozen=True, kw_only=True)
class PostgresProps:
    """The identity `identity_id` may use the key `key_id`, an id without a version; `depends_on` is its right to it."""

    name: str
    resource_group: str
    location: str
    tenant_id: str
    version: str
    size: str
    storage_mb: int
    database: str
    administrators: Administrators
    key_id: str
    identity_id: str
    depends_on: Sequence[Resource] = ()


def postgres_server(scope: Scope, id_: str, props: PostgresProps) -> str:
    """Id of a server without passwords, in two zones, reachable only by private endpoints."""
    binding = azurerm.postgresql_flexible_server
    made = binding.PostgresqlFlexibleServer(
        scope,
        id_,
        name=props.name,
        resource_group_name=props.resource_group,
        location=props.location,
        version=props.version,
        sku_name=props.size,
        storage_mb=props.storage_mb,
        auto_grow_enabled=True,
        backup_retention_days=_BACKUP_DAYS,
        # Geo-redundancy would need a key in the other region too.
        geo_redundant_backup_enabled=False,
        public_network_access_enabled=False,
        authentication=binding.PostgresqlFlexibleServerAuthentication(
            active_directory_auth_enabled=True, password_auth_enabled=False, tenant_id=props.tenant_id
        ),
        high_availability=binding.PostgresqlFlexibleServerHighAvailability(mode="ZoneRedundant"),
        identity=binding.PostgresqlFlexibleServerIdentity(type="UserAssigned", identity_ids=[props.identity_id]),
        customer_managed_key=binding.PostgresqlFlexibleServerCustomerManagedKey(
            key_vault_key_id=props.key_id, primary_user_assigned_identity_id=props.identity_id
        ),
        depends_on=list(props.depends_on),
    )
    # Azure chooses the zones, and swaps them on failover.
    made.add_override("lifecycle.ignore_changes", ["zone", "high_availability[0].standby_availability_zone"])
    _administrators(scope, id_, made, props)
    azurerm.postgresql_flexible_server_database.PostgresqlFlexibleServerDatabase(
        scope, f"{id_}-database", name=props.database, server_id=made.id, charset="UTF8", collation="en_US.utf8"
    )
    return str(made.id)


def _administrators(scope: Scope, id_: str, server: Resource, props: PostgresProps) -> None:
    binding = azurerm.postgresql_flexible_server_active_directory_administrator
    binding.PostgresqlFlexibleServerActiveDirectoryAdministrator(
        scope,
        f"{id_}-administrators",
        server_name=server.name,
        resource_group_name=props.resource_group,
        tenant_id=props.tenant_id,
        object_id=props.administrators.group_id,
        principal_name=props.administrators.group_name,
        principal_type="Group",
    )
