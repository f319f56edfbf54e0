"""The store that features are published to, for look-ups while serving."""

from dataclasses import dataclass

from infra.cdktf_seam import Scope, databricks
from infra.spec import OnlineStore


@dataclass(frozen=True, kw_only=True)
class OnlineStoreProps:
    """Its name and its size."""

    name: str
    limits: OnlineStore


def online_store(scope: Scope, id_: str, props: OnlineStoreProps) -> None:
    """The store. It refers to no table: jobs publish into it."""
    databricks.online_store.OnlineStore(
        scope,
        id_,
        name=props.name,
        capacity=props.limits.capacity,
        read_replica_count=props.limits.read_replicas,
    )
