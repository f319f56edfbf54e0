"""Azure Resource Manager: resources by id, their required parents, and the resources deleted with them."""

from collections.abc import Iterator

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.store import Document
from localcloud.services.azure import locks
from localcloud.services.azure.errors import AzureError, conflict, invalid, missing
from localcloud.services.azure.ids import ResourceId
from localcloud.services.azure.kinds import Resource, kind_of, properties

KIND = "azure_resource"
_FIELDS = ("location", "tags", "properties", "identity", "kind", "sku", "zones", "plan", "managedBy", "etag")
_OWN = ("id", "name", "type")
_GROUP = "Microsoft.Resources/resourceGroups"
# Documents of what lies in vaults, by the types that Azure Resource Manager names it with.
_IN_A_VAULT = {"microsoft.keyvault/vaults/keys": "vault_key", "microsoft.keyvault/vaults/secrets": "vault_secret"}
_NAMESPACE = "microsoft.containerservice/managedclusters/namespaces"


def find(cloud: Cloud, resource_id: ResourceId) -> Resource | None:
    """The stored resource with an id, or None."""
    return cloud.store.get(KIND, resource_id.key)


def get(cloud: Cloud, resource_id: ResourceId) -> Resource:
    """One resource as returned to clients. Raises `AzureError` 404."""
    kind = kind_of(resource_id)
    found = find(cloud, resource_id)
    if found is None:
        raise _not_found(resource_id)
    return kind.view(cloud, resource_id, found) if kind.view else found


def below(cloud: Cloud, scope: ResourceId) -> Iterator[Resource]:
    """All resources below a scope, at any depth, oldest first."""
    return (each for each in cloud.store.all(KIND) if scope.holds(ResourceId(each["id"])))


def children(cloud: Cloud, parent: ResourceId, type_: str) -> list[Resource]:
    """The stored resources of a type directly below `parent`."""
    wanted = [each for each in below(cloud, parent) if str(each["type"]).lower() == type_.lower()]
    return [each for each in wanted if ResourceId(each["id"]).parent.key == parent.key]


def listed(cloud: Cloud, collection: ResourceId) -> list[Resource]:
    """The resources of a collection: of a scope, or of all groups of a subscription."""
    scope = collection.parent
    kind_of(ResourceId(f"{collection.path}/x"))
    everywhere = scope.is_subscription and collection.type != _GROUP
    type_ = ResourceId(f"{collection.path}/x").type.lower()
    found = [each for each in below(cloud, scope) if str(each["type"]).lower() == type_]
    own = found if everywhere else [each for each in found if ResourceId(each["id"]).parent.key == scope.key]
    return [get(cloud, ResourceId(each["id"])) for each in own]


def put(cloud: Cloud, resource_id: ResourceId, body: Document) -> tuple[Resource, bool]:
    """Create or replace a resource; returns whether it is new. Raises `AzureError` for what Azure refuses."""
    kind = kind_of(resource_id)
    kind.require_name(resource_id)
    unknown = sorted(name for name in body if name not in _FIELDS + _OWN)
    if unknown:
        raise invalid("InvalidRequestContent", f"Field(s) {', '.join(unknown)} are not fields of a resource.")
    with cloud.store.transaction():
        require_scope(cloud, resource_id.parent)
        locks.require_writable(cloud, resource_id)
        before = find(cloud, resource_id)
        resource: Resource = {
            **{"id": before["id"] if before else resource_id.path, "name": resource_id.name, "type": resource_id.type},
            **{name: body[name] for name in _FIELDS if body.get(name) is not None},
        }
        _require_location(resource_id, resource, before, located=kind.located)
        for name in ("provisioningState", *kind.output):
            properties(resource).pop(name, None)
        if kind.check:
            kind.check(cloud, resource_id, resource)
        if kind.complete:
            kind.complete(cloud, resource_id, resource)
        properties(resource)["provisioningState"] = "Succeeded"
        keep(cloud, resource)
    return get(cloud, resource_id), before is None


def patch(cloud: Cloud, resource_id: ResourceId, body: Document) -> Resource:
    """Change the given fields, objects field by field; tags are replaced as a whole."""
    found = find(cloud, resource_id)
    if found is None:
        raise _not_found(resource_id)
    changed, _ = put(cloud, resource_id, {**_over(found, body), **({"tags": body["tags"]} if "tags" in body else {})})
    return changed


def delete(cloud: Cloud, resource_id: ResourceId) -> bool:
    """Delete a resource and everything below it; False if it does not exist. Raises `AzureError` 409 for a lock."""
    kind_of(resource_id)
    found = find(cloud, resource_id)
    if found is None:
        return False
    with cloud.store.transaction():
        locks.require_deletable(cloud, resource_id)
        for each in [*reversed(list(below(cloud, resource_id))), found]:
            _forget(cloud, each)
    return True


def keep(cloud: Cloud, resource: Resource) -> None:
    """Store a resource unchecked, for one that is created together with another."""
    cloud.store.put(KIND, ResourceId(resource["id"]).key, resource)


def require_scope(cloud: Cloud, scope: ResourceId) -> None:
    """Raise `AzureError` 404 if the parent of a resource does not exist. Every subscription exists."""
    if scope.is_subscription or find(cloud, scope) is not None:
        return
    if _is_in_a_vault(cloud, scope) or _is_in_a_cluster(cloud, scope):
        return
    if scope.type == _GROUP:
        raise AzureError(404, "ResourceGroupNotFound", f"Resource group '{scope.name}' could not be found.")
    raise AzureError(404, "ParentResourceNotFound", f"The parent resource '{scope.path}' was not found.")


def _is_in_a_vault(cloud: Cloud, scope: ResourceId) -> bool:
    """Whether it is a key or secret. These are created at the vault's own host, and roles can be assigned on them."""
    kind = _IN_A_VAULT.get(scope.type.lower())
    vault = find(cloud, scope.parent) if kind else None
    if not kind or vault is None:
        return False
    host = str(vault["properties"]["vaultUri"]).removeprefix("https://").rstrip("/")
    held = (each for each in cloud.store.all(kind) if each["vault"] == host and not each.get("deleted"))
    return any(str(each["name"]).lower() == scope.name.lower() for each in held)


def _is_in_a_cluster(cloud: Cloud, scope: ResourceId) -> bool:
    """Whether it is a Kubernetes namespace, which only its cluster knows; roles can be assigned on it in advance."""
    return scope.type.lower() == _NAMESPACE and find(cloud, scope.parent) is not None


def require_only(cloud: Cloud, resource_id: ResourceId, code: str, message: str) -> None:
    """Raise `AzureError` 409 if another resource of the type has the name, which is part of a global host name."""
    if any(ResourceId(each["id"]).key != resource_id.key for each in _named(cloud, resource_id.type, resource_id.name)):
        raise conflict(code, message)


def is_free(cloud: Cloud, type_: str, name: str) -> bool:
    """Whether no resource of the type has the name."""
    return not any(_named(cloud, type_, name))


def _named(cloud: Cloud, type_: str, name: str) -> Iterator[Resource]:
    for each in cloud.store.all(KIND):
        if each["type"].lower() == type_.lower() and each["name"].lower() == name.lower():
            yield each


def _forget(cloud: Cloud, resource: Resource) -> None:
    resource_id = ResourceId(resource["id"])
    kind = kind_of(resource_id)
    if kind.deleted:
        kind.deleted(cloud, resource_id, resource)
    cloud.store.delete(KIND, resource_id.key)


def _require_location(resource_id: ResourceId, resource: Resource, before: Resource | None, *, located: bool) -> None:
    if not located:
        return
    if not resource.get("location"):
        raise invalid("LocationRequired", f"The location property is required for {resource_id.path}.")
    held = before["location"] if before else resource["location"]
    if _place(held) != _place(resource["location"]):
        raise conflict("InvalidResourceLocation", f"{resource_id.path} is in {held}; a resource does not move.")


def _place(location: str) -> str:
    return location.replace(" ", "").lower()


def _over(before: Document, after: Document) -> Document:
    merged = dict(before)
    for name, value in after.items():
        held = merged.get(name)
        merged[name] = _over(held, value) if isinstance(held, dict) and isinstance(value, dict) else value
    return merged


def _not_found(resource_id: ResourceId) -> AzureError:
    if resource_id.type == _GROUP:
        return AzureError(404, "ResourceGroupNotFound", f"Resource group '{resource_id.name}' could not be found.")
    return missing(f"{resource_id.type}/{resource_id.name}")
