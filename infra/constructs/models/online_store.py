"""The store to which features are published, for look-ups while serving."""

from dataclasses import dataclass

from infra.cdktf_seam import Resource, Scope, databricks
from infra.constructs.workspace.permissions import Permission, permissions
from infra.spec import OnlineStore


@dataclass(frozen=True, kw_only=True)
class OnlineStoreProps:
    """Its name, its size, and the application ids of the service principals that publish to it."""

    name: str
    limits: OnlineStore
    publishers: tuple[str, ...]


def online_store(scope: Scope, id_: str, props: OnlineStoreProps) -> None:
    """The store, and the rights to publish to it. It refers to no table: jobs publish into it.

    Both kinds are a database instance of that name, whose permissions are the store's.
    """
    made = _KINDS[props.limits.kind](scope, id_, props)
    entries = tuple(Permission(level="CAN_USE", service_principal=publisher) for publisher in props.publishers)
    permissions(scope, f"{id_}-permissions", "database_instance_name", made.name, entries)


def _store(scope: Scope, id_: str, props: OnlineStoreProps) -> Resource:
    return databricks.online_store.OnlineStore(
        scope,
        id_,
        name=props.name,
        capacity=props.limits.capacity,
        read_replica_count=props.limits.read_replicas,
    )


def _instance(scope: Scope, id_: str, props: OnlineStoreProps) -> Resource:
    """The database of an online store: its first node writes, each replica adds one."""
    return databricks.database_instance.DatabaseInstance(
        scope,
        id_,
        name=props.name,
        capacity=props.limits.capacity,
        node_count=props.limits.read_replicas + 1,
        enable_readable_secondaries=props.limits.read_replicas > 0,
    )


_KINDS = {"online_store": _store, "database_instance": _instance}
