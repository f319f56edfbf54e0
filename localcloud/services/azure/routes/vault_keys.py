"""Keys of a vault, at its own host: `/keys`. Versions, attributes and rotation policies are stored; no key encrypts."""

from localcloud.kernel.body import PlainBody
from localcloud.kernel.cloud import CloudDep
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.azure import vault_objects
from localcloud.services.azure.errors import AzureError, invalid
from localcloud.services.azure.hosts import HostRouter
from localcloud.services.azure.types.vaults import SUFFIX
from localcloud.services.azure.vault_objects import VaultDep

PARITY = Parity(Level.STATEFUL, "https://learn.microsoft.com/rest/api/keyvault/keys")

router = HostRouter(f".{SUFFIX}")
_TYPES = ("EC", "EC-HSM", "RSA", "RSA-HSM", "oct", "oct-HSM")
_SIZES = (2048, 3072, 4096)
_CONTACTS = "vault_contacts"


@router.post("/keys/{name}/create")
def create(name: str, body: PlainBody, cloud: CloudDep, vault: VaultDep) -> Document:
    """Create a key, or a new version of an existing one."""
    if body.get("kty") not in _TYPES:
        raise invalid("BadParameter", f"kty '{body.get('kty')}' is not one of {', '.join(_TYPES)}.")
    if str(body["kty"]).startswith("RSA") and int(body.get("key_size") or _SIZES[0]) not in _SIZES:
        raise invalid("BadParameter", f"key_size {body['key_size']} is not one of {', '.join(map(str, _SIZES))}.")
    return vault_objects.shown(vault_objects.create(cloud, vault, name, body))


@router.get("/keys/{name}/rotationpolicy")
def get_policy(name: str, cloud: CloudDep, vault: VaultDep) -> Document:
    """A key's rotation policy. Keys are not rotated here."""
    return vault_objects.policy(cloud, vault, name)


@router.put("/keys/{name}/rotationpolicy")
def put_policy(name: str, body: PlainBody, cloud: CloudDep, vault: VaultDep) -> Document:
    """Replace a key's rotation policy."""
    return vault_objects.policy(cloud, vault, name, body)


@router.get("/keys/{name}")
@router.get("/keys/{name}/")
@router.get("/keys/{name}/{version}")
def get(name: str, cloud: CloudDep, vault: VaultDep, version: str = "") -> Document:
    """The newest version of a key, or the one with this id."""
    return vault_objects.shown(vault_objects.require(cloud, vault, name, version))


@router.patch("/keys/{name}")
@router.patch("/keys/{name}/")
@router.patch("/keys/{name}/{version}")
def update(name: str, body: PlainBody, cloud: CloudDep, vault: VaultDep, version: str = "") -> Document:
    """Change attributes, operations and tags of the newest version, or of the one with this id."""
    found = vault_objects.require(cloud, vault, name, version)
    given = {**found["attributes"], **(body.get("attributes") or {})}
    found["attributes"] = vault.attributes(given, found["attributes"]["created"])
    found["tags"] = body.get("tags", found["tags"])
    found["key"]["key_ops"] = body.get("key_ops", found["key"]["key_ops"])
    vault_objects.keep(cloud, found)
    return vault_objects.shown(found)


@router.delete("/keys/{name}")
def delete(name: str, cloud: CloudDep, vault: VaultDep) -> Document:
    """Delete a key. It can be recovered until it is purged."""
    newest = vault_objects.require(cloud, vault, name)
    for each in vault_objects.versions(cloud, vault, name):
        vault_objects.keep(cloud, {**each, "deleted": True})
    return {**vault_objects.shown(newest), "recoveryId": f"https://{vault.host}/deletedkeys/{name}"}


@router.get("/deletedkeys/{name}")
def get_deleted(name: str, cloud: CloudDep, vault: VaultDep) -> Document:
    """A deleted key."""
    found = vault_objects.versions(cloud, vault, name, deleted=True)
    if not found:
        raise AzureError(404, "KeyNotFound", f"Deleted key not found: {name}.")
    return {**vault_objects.shown(found[-1]), "recoveryId": f"https://{vault.host}/deletedkeys/{name}"}


@router.delete("/deletedkeys/{name}", status_code=204)
def purge(name: str, cloud: CloudDep, vault: VaultDep) -> None:
    """Purge a deleted key. 403 in a vault with purge protection."""
    vault_objects.purge(cloud, vault, name)


@router.get("/certificates/contacts")
def get_contacts(cloud: CloudDep, vault: VaultDep) -> Document:
    """The contacts for certificates. No message is ever sent."""
    found = cloud.store.get(_CONTACTS, vault.host)
    if found is None:
        raise AzureError(404, "ContactsNotFound", f"No contacts of certificates in {vault.host}.")
    return {"id": f"https://{vault.host}/certificates/contacts", **found}


@router.put("/certificates/contacts")
def put_contacts(body: PlainBody, cloud: CloudDep, vault: VaultDep) -> Document:
    """Replace the contacts for certificates."""
    cloud.store.put(_CONTACTS, vault.host, {"contacts": body.get("contacts") or []})
    return get_contacts(cloud, vault)
