"""Deleted vaults, as Azure keeps them."""

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.store import Document
from localcloud.services.azure.errors import AzureError, conflict
from localcloud.services.azure.ids import ResourceId
from localcloud.services.azure.types.vaults import DELETED

_LISTS = ("microsoft.keyvault/deletedvaults", "microsoft.operationalinsights/deletedworkspaces")


def vault(cloud: Cloud, subscription: str, location: str, name: str) -> Document:
    """A deleted vault. Raises `AzureError` 404."""
    return _shown(_require(cloud, subscription, location, name))


def purge(cloud: Cloud, subscription: str, location: str, name: str) -> None:
    """Purge a deleted vault. Raises `AzureError` 409 if it has purge protection."""
    found = _require(cloud, subscription, location, name)
    if found["protected"]:
        raise conflict("MethodNotAllowed", f"Vault '{name}' has purge protection: it goes when its retention ends.")
    cloud.store.delete(DELETED, name.lower())


def listed(cloud: Cloud, collection: ResourceId) -> list[Document]:
    """The deleted vaults of a collection. Deleted log workspaces are not kept, because here no PUT recovers them."""
    if ResourceId(f"{collection.path}/x").type.lower() != _LISTS[0]:
        return []
    return [_shown(each) for each in cloud.store.all(DELETED) if each["subscription"] == collection.subscription]


def is_of(collection: ResourceId) -> bool:
    """Whether the path is one of deleted resources."""
    return ResourceId(f"{collection.path}/x").type.lower() in _LISTS


def _require(cloud: Cloud, subscription: str, location: str, name: str) -> Document:
    found = cloud.store.get(DELETED, name.lower())
    if found is None or (found["subscription"], found["location"].replace(" ", "").lower()) != (subscription, location):
        raise AzureError(404, "DeletedVaultNotFound", f"The deleted vault '{name}' was not found in {location}.")
    return found


def _shown(found: Document) -> Document:
    place = f"/subscriptions/{found['subscription']}/providers/Microsoft.KeyVault/locations/{found['location']}"
    own = {"vaultId": found["vaultId"], "location": found["location"], "purgeProtectionEnabled": found["protected"]}
    path = f"{place}/deletedVaults/{found['name']}"
    return {"id": path, "name": found["name"], "type": "Microsoft.KeyVault/deletedVaults", "properties": own}
