"""Secrets of a vault, at its own host: `/secrets`. Databricks secret scopes backed by the vault show them."""

import base64
import re
import uuid

from localcloud.kernel.body import PlainBody
from localcloud.kernel.clock import now_ms
from localcloud.kernel.cloud import CloudDep
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.azure.errors import AzureError, invalid
from localcloud.services.azure.hosts import HostRouter
from localcloud.services.azure.types.vaults import SUFFIX
from localcloud.services.azure.vault_objects import Vault, VaultDep
from localcloud.services.workspace.vaults import HELD

PARITY = Parity(Level.EXECUTED, "https://learn.microsoft.com/rest/api/keyvault/secrets")

router = HostRouter(f".{SUFFIX}")
_NAME = re.compile(r"[A-Za-z0-9-]{1,127}")
_VALUE_LIMIT_BYTES = 25 * 2**10


@router.put("/secrets/{name}")
def put(name: str, body: PlainBody, cloud: CloudDep, vault: VaultDep) -> Document:
    """Set a secret. Only the newest version is kept."""
    value = body.get("value")
    if not _NAME.fullmatch(name) or not isinstance(value, str) or len(value.encode()) > _VALUE_LIMIT_BYTES:
        message = f"Secret '{name}' needs a name of letters, digits and -, and a value of up to 25 KB."
        raise invalid("BadParameter", message)
    document = {
        "vault": vault.host,
        "name": name,
        "value": base64.b64encode(value.encode()).decode(),
        "updated_at": now_ms(),
        "version": uuid.uuid4().hex,
        "attributes": vault.attributes(body.get("attributes") or {}),
        "about": {part: body[part] for part in ("contentType", "tags") if body.get(part) is not None},
    }
    cloud.store.put(HELD, f"{vault.host}/{name}", document)
    return _shown(document)


@router.get("/secrets/{name}")
@router.get("/secrets/{name}/")
@router.get("/secrets/{name}/{version}")
def get(name: str, cloud: CloudDep, vault: VaultDep, version: str = "") -> Document:
    """A secret's value."""
    return _shown(_require(cloud, vault, name, version))


@router.delete("/secrets/{name}")
def delete(name: str, cloud: CloudDep, vault: VaultDep) -> Document:
    """Delete a secret immediately: there is no soft delete here."""
    found = _require(cloud, vault, name, "")
    cloud.store.delete(HELD, f"{vault.host}/{name}")
    return {"id": _id(found), "attributes": found["attributes"]}


def _require(cloud: CloudDep, vault: Vault, name: str, version: str) -> Document:
    found = cloud.store.get(HELD, f"{vault.host}/{name}")
    if found is None or version not in ("", found["version"]):
        raise AzureError(404, "SecretNotFound", f"A secret with (name/id) {name} was not found in this key vault.")
    return found


def _id(secret: Document) -> str:
    return f"https://{secret['vault']}/secrets/{secret['name']}/{secret['version']}"


def _shown(secret: Document) -> Document:
    value = base64.b64decode(secret["value"]).decode()
    return {"value": value, "id": _id(secret), "attributes": secret["attributes"], **secret["about"]}
