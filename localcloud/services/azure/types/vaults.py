"""Key vaults: soft-deleted, and purged unless they have purge protection."""

from localcloud.kernel.cloud import Cloud
from localcloud.services.azure import resources
from localcloud.services.azure.errors import conflict
from localcloud.services.azure.ids import ResourceId
from localcloud.services.azure.kinds import Kind, Resource, properties

DELETED = "azure_deleted_vault"
SUFFIX = "vault.azure.net"


def _free(cloud: Cloud, resource_id: ResourceId, resource: Resource) -> None:
    """Check that no other vault has the name, including deleted ones that are not purged."""
    message = f"The vault name '{resource_id.name}' is already in use."
    resources.require_only(cloud, resource_id, "VaultAlreadyExists", message)
    deleted = cloud.store.get(DELETED, resource_id.name.lower())
    if deleted is None or resources.find(cloud, resource_id) is not None:
        return
    if properties(resource).get("createMode") != "recover":
        raise conflict(
            "ConflictError", f"A vault '{resource_id.name}' was deleted, and is neither purged nor recovered."
        )
    cloud.store.delete(DELETED, resource_id.name.lower())


def _vault(cloud: Cloud, resource_id: ResourceId, resource: Resource) -> None:
    """Its host. Protection that is once enabled stays enabled."""
    own, before = properties(resource), resources.find(cloud, resource_id)
    own.setdefault("enableSoftDelete", True)
    own.setdefault("softDeleteRetentionInDays", 90)
    own["vaultUri"] = f"https://{resource_id.name.lower()}.{SUFFIX}/"
    held = before["properties"].get("enablePurgeProtection") if before else None
    if held and own.get("enablePurgeProtection") is False:
        raise conflict("BadRequest", "enablePurgeProtection cannot be turned off.")
    if held:
        own["enablePurgeProtection"] = True


def _softly(cloud: Cloud, resource_id: ResourceId, resource: Resource) -> None:
    own = properties(resource)
    body = {
        "name": resource_id.name,
        "location": resource["location"],
        "vaultId": resource["id"],
        "protected": bool(own.get("enablePurgeProtection")),
        "subscription": resource_id.subscription,
    }
    cloud.store.put(DELETED, resource_id.name.lower(), body)


KINDS = {
    "vaults": Kind(
        name=r"(?!.*--)[A-Za-z][A-Za-z0-9-]{1,22}[A-Za-z0-9]",
        located=True,
        output=("vaultUri", "privateEndpointConnections"),
        check=_free,
        complete=_vault,
        deleted=_softly,
    ),
}
