"""Grants on securables with their origin, and permissions on workspace objects."""

from dataclasses import dataclass

from localcloud.kernel import acl
from localcloud.kernel.cloud import Cloud
from localcloud.kernel.store import Store
from localcloud.services.unity import records
from localcloud.services.unity.privileges import Kind


@dataclass(frozen=True, kw_only=True)
class Held:
    """The rights of one principal by one grant. `name` is its display name, `principal` the name in the grant."""

    name: str
    principal: str
    what: tuple[str, ...]
    on: str


def grants(store: Store, kind: Kind, full_name: str) -> list[Held]:
    """Every grant on a securable and its parents, innermost first. Raises `ApiError` 404."""
    called = names(store)
    return [
        Held(name=called.get(who, who), principal=who, what=tuple(sorted(link.grants[who])), on=link.label)
        for link in reversed(records.chain(store, kind, full_name))
        for who in sorted(link.grants)
        if link.grants[who]
    ]


def permissions(cloud: Cloud, object_type: str, object_id: str) -> list[Held]:
    """The permissions on a workspace object, its owner first."""
    called, document = names(cloud.store), acl.read(cloud, object_type, object_id)
    held = list(document["entries"].items())
    if document["owner"]:
        held.insert(0, (document["owner"], "owner"))
    return [Held(name=called.get(who, who), principal=who, what=(level,), on="") for who, level in held]


def names(store: Store) -> dict[str, str]:
    """The display name of each service principal, by application id."""
    return {one["applicationId"]: one["displayName"] for one in store.all("service_principal")}
