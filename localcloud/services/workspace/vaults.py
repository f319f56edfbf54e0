"""Secret scopes backed by an Azure key vault: the vault's reference, and its local secrets."""

import re

from localcloud.kernel import directory
from localcloud.kernel.body import only, required
from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import bad_request
from localcloud.kernel.identity import Caller
from localcloud.kernel.store import Document

# Secrets of vaults: key `<host of the vault>/<name>`, each with `vault`, `name`, `value` in base64 and `updated_at`.
HELD = "vault_secret"
_OWN, _VAULT = "DATABRICKS", "AZURE_KEYVAULT"
_RESOURCE = re.compile(
    r"/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.KeyVault/vaults/(?P<name>[^/]+)", re.IGNORECASE
)
_DNS = re.compile(r"https://(?P<name>[A-Za-z0-9-]+)(?:\.[a-z0-9-]+)+/?")


def of(body: Document) -> Document | None:
    """The vault that a request names; None for a Databricks-backed scope. Raises `ApiError` 400 for an invalid one."""
    kind = body.get("scope_backend_type") or _OWN
    if kind not in (_OWN, _VAULT):
        raise bad_request(f"scope_backend_type '{kind}' is not one of {_OWN}, {_VAULT}.")
    if kind == _OWN:
        if body.get("backend_azure_keyvault"):
            raise bad_request(f"backend_azure_keyvault needs scope_backend_type {_VAULT}.")
        return None
    vault: Document = only(required(body, "backend_azure_keyvault"), "resource_id", "dns_name")
    resource_id, dns_name = required(vault, "resource_id", "dns_name")
    resource, dns = _RESOURCE.fullmatch(resource_id), _DNS.fullmatch(dns_name)
    if resource is None:
        raise bad_request(f"resource_id '{resource_id}' is not a key vault.")
    if dns is None or dns["name"].lower() != resource["name"].lower():
        raise bad_request(f"dns_name '{dns_name}' is not that of the vault {resource['name']}.")
    return {"resource_id": resource_id, "dns_name": dns_name}


def require_entra(cloud: Cloud, caller: Caller) -> None:
    """Raise `ApiError` 400 for a service principal: only by an Entra token are the rights on the vault checked.

    The service principals here are Databricks' own; people sign in by Entra.
    """
    found = directory.find(cloud.store, caller.principal)
    if found and found.kind == "service_principal":
        raise bad_request(
            "Scope with Azure KeyVault must have userAADToken defined! "
            f"{found.display_name} signs in at Databricks: let a person with a role on the vault make the scope."
        )


def shown(vault: Document | None) -> Document:
    """The vault's reference in a list of scopes."""
    return {"backend_type": _VAULT, "keyvault_metadata": vault} if vault else {"backend_type": _OWN}


def secrets(cloud: Cloud, scope: Document) -> dict[str, Document]:
    """A scope's secrets by key: its own, or the current ones of its vault."""
    if not scope.get("vault"):
        return dict(scope["secrets"])
    host = host_of(scope["vault"]["dns_name"])
    return {each["name"]: each for each in cloud.store.all(HELD) if each["vault"] == host}


def host_of(dns_name: str) -> str:
    """A vault's host name in lower case."""
    return dns_name.removeprefix("https://").rstrip("/").lower()
