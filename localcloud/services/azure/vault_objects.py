"""Keys and secrets in vaults: the vault of a request, versions, soft deletion. No key encrypts anything here."""

import base64
import secrets as random
import time
import uuid
from typing import Annotated, Any

from fastapi import Depends, Request

from localcloud.kernel.cloud import Cloud, CloudDep
from localcloud.kernel.store import Document
from localcloud.services.azure import hosts, resources, tokens
from localcloud.services.azure.errors import AzureError

_KEY, _POLICY = "vault_key", "vault_key_policy"
_TYPE = "Microsoft.KeyVault/vaults"
_RECOVERY = {True: "Recoverable", False: "Recoverable+Purgeable"}


class ChallengeError(AzureError):
    """401 with the address of the token authority: clients of vaults send a first request without a token."""

    def __init__(self, tenant: str, login: str) -> None:
        super().__init__(401, "Unauthorized", "AKV10000: Request is missing a Bearer or PoP token.")
        self._where = f'Bearer authorization="{login}/{tenant}", resource="https://vault.azure.net"'

    @property
    def headers(self) -> dict[str, str]:
        """The challenge."""
        return {"WWW-Authenticate": self._where}


class Vault:
    """The vault of a request's host name. Administrator only. 404 if it does not exist, 401 with a challenge."""

    def __init__(self, request: Request, cloud: CloudDep) -> None:
        host = hosts.host_of(request.scope)
        vaults = [each for each in cloud.store.all(resources.KIND) if each["type"] == _TYPE]
        found = [each for each in vaults if each["properties"]["vaultUri"] == f"https://{host}/"]
        if not found:
            raise AzureError(404, "VaultNotFound", f"There is no key vault at {host}.")
        self.host, self.properties = host, found[0]["properties"]
        if not request.headers.get("authorization"):
            raise ChallengeError(self.properties.get("tenantId", "common"), hosts.names(request, cloud).login)
        tokens.current_admin(request, cloud)

    @property
    def protected(self) -> bool:
        """Whether its objects cannot be purged before their retention ends."""
        return bool(self.properties.get("enablePurgeProtection"))

    def attributes(self, given: Document, made: float | None = None) -> Document:
        """A request's attributes of an object, with those that Azure adds."""
        now = int(time.time())
        days = self.properties.get("softDeleteRetentionInDays", 90)
        return {
            "enabled": True,
            **{name: value for name, value in given.items() if value is not None},
            "created": int(made or now),
            "updated": now,
            "recoveryLevel": _RECOVERY[self.protected],
            "recoverableDays": days,
        }


VaultDep = Annotated[Vault, Depends()]


def versions(cloud: Cloud, vault: Vault, name: str, *, deleted: bool = False) -> list[Document]:
    """The versions of a key, oldest first."""
    kept = [each for each in cloud.store.all(_KEY) if (each["vault"], each["name"]) == (vault.host, name)]
    return [each for each in kept if bool(each.get("deleted")) == deleted]


def require(cloud: Cloud, vault: Vault, name: str, version: str = "") -> Document:
    """A version of a key, by default the newest. Raises `AzureError` 404."""
    found = [each for each in versions(cloud, vault, name) if version in ("", each["version"])]
    if not found:
        raise AzureError(404, "KeyNotFound", f"A key with (name/id) {name}/{version} was not found in this key vault.")
    return found[-1]


def create(cloud: Cloud, vault: Vault, name: str, body: Document) -> Document:
    """Create a version. Raises `AzureError` 409 if a deleted key of that name is not purged."""
    if versions(cloud, vault, name, deleted=True):
        raise AzureError(409, "Conflict", f"Key {name} is currently in a deleted but recoverable state.")
    size = int(body.get("key_size") or 2048)
    made: Document = {
        "vault": vault.host,
        "name": name,
        "version": uuid.uuid4().hex,
        "key": {"kty": body["kty"], "key_ops": body.get("key_ops") or [], "e": "AQAB", "n": _modulus(size)},
        "attributes": vault.attributes(body.get("attributes") or {}),
        "tags": body.get("tags") or {},
    }
    keep(cloud, made)
    return made


def keep(cloud: Cloud, key: Document) -> None:
    """Store a version."""
    cloud.store.put(_KEY, f"{key['vault']}/{key['name']}/{key['version']}", key)


def purge(cloud: Cloud, vault: Vault, name: str) -> None:
    """Purge a deleted key. Raises `AzureError` 404, and 403 in a vault with purge protection."""
    found = versions(cloud, vault, name, deleted=True)
    if not found:
        raise AzureError(404, "KeyNotFound", f"Deleted key not found: {name}.")
    if vault.protected:
        raise AzureError(403, "Forbidden", "Operation purge is not allowed: the vault has purge protection.")
    for each in found:
        cloud.store.delete(_KEY, f"{vault.host}/{name}/{each['version']}")
    cloud.store.delete(_POLICY, f"{vault.host}/{name}")


def policy(cloud: Cloud, vault: Vault, name: str, new: Document | None = None) -> Document:
    """A key's rotation policy: the `new` one, else the stored one."""
    require(cloud, vault, name)
    if new is not None:
        cloud.store.put(_POLICY, f"{vault.host}/{name}", new)
    kept = cloud.store.get(_POLICY, f"{vault.host}/{name}") or {"lifetimeActions": [], "attributes": {}}
    return {"id": f"https://{vault.host}/keys/{name}/rotationpolicy", **kept}


def shown(key: Document) -> dict[str, Any]:
    """A version as returned to clients."""
    kid = f"https://{key['vault']}/keys/{key['name']}/{key['version']}"
    return {"key": {"kid": kid, **key["key"]}, "attributes": key["attributes"], "tags": key["tags"]}


def _modulus(bits: int) -> str:
    """A random modulus of the right length: no usable key exists here."""
    return base64.urlsafe_b64encode(random.token_bytes(bits // 8)).decode().rstrip("=")
