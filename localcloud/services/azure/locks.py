"""Locks: a locked resource cannot be deleted, nor changed under a read-only lock. Locks themselves can be deleted."""

from collections.abc import Iterator

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.store import Document
from localcloud.services.azure.errors import conflict
from localcloud.services.azure.ids import ResourceId

TYPE = "Microsoft.Authorization/locks"
LEVELS = ("CanNotDelete", "ReadOnly")


def require_writable(cloud: Cloud, resource_id: ResourceId) -> None:
    """Raise `AzureError` 409 if a read-only lock applies to the resource or its scopes."""
    _require(resource_id, [each for each in _around(cloud, resource_id) if _level(each) == "ReadOnly"], "write")


def require_deletable(cloud: Cloud, resource_id: ResourceId) -> None:
    """Raise `AzureError` 409 if a lock applies to the resource, its scopes, or a resource below it."""
    inside = [each for each in _all(cloud) if resource_id.holds(ResourceId(each["id"]))]
    _require(resource_id, [*_around(cloud, resource_id), *inside], "delete")


def _require(resource_id: ResourceId, held: list[Document], verb: str) -> None:
    if held and resource_id.type.lower() != TYPE.lower():
        names = ", ".join(str(each["id"]) for each in held)
        message = f"The scope '{resource_id.path}' cannot perform {verb} operation because it is locked by: {names}."
        raise conflict("ScopeLocked", message)


def _around(cloud: Cloud, resource_id: ResourceId) -> list[Document]:
    scopes = [(each, ResourceId(each["id"]).parent) for each in _all(cloud)]
    return [each for each, scope in scopes if scope.key == resource_id.key or scope.holds(resource_id)]


def _all(cloud: Cloud) -> Iterator[Document]:
    return (each for each in cloud.store.all("azure_resource") if each["type"].lower() == TYPE.lower())


def _level(lock: Document) -> str:
    return str(lock["properties"]["level"])
