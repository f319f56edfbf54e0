"""Key vaults: soft deletion and purging, keys and secrets at their own hosts, scopes of Databricks over them."""

from typing import Any

from localcloud.services.azure.roles import BUILT_IN
from tests.localcloud.services.azure.client import GROUP, SUBSCRIPTION, TENANT, WEST, Azure

VAULT = f"{GROUP}/providers/Microsoft.KeyVault/vaults/mlops-prod"
DELETED = f"{SUBSCRIPTION}/providers/Microsoft.KeyVault/locations/westeurope/deletedVaults/mlops-prod"
HOST = "mlops-prod.vault.azure.net"
KEY = {"kty": "RSA-HSM", "key_size": 4096, "key_ops": ["wrapKey", "unwrapKey"], "tags": {"environment": "prod"}}


def _vault(azure: Azure, **other: Any) -> Any:
    return azure.put(VAULT, {**WEST, "properties": {"tenantId": TENANT, **other}})


def test_a_deleted_vault_keeps_its_name_until_it_is_purged(azure: Azure) -> None:
    """It is recovered by asking for it; then it is a vault again."""
    assert _vault(azure)["properties"]["vaultUri"] == f"https://{HOST}/"
    assert azure.refused("GET", DELETED) == (404, "DeletedVaultNotFound")
    azure.ask("DELETE", VAULT)
    assert azure.get(DELETED)["properties"]["vaultId"] == VAULT
    (listed,) = azure.get(f"{SUBSCRIPTION}/providers/Microsoft.KeyVault/deletedVaults")["value"]
    assert listed == azure.get(DELETED)
    assert azure.refused("PUT", VAULT, WEST) == (409, "ConflictError")
    _vault(azure, createMode="recover")
    assert azure.refused("GET", DELETED) == (404, "DeletedVaultNotFound")
    azure.ask("DELETE", VAULT)
    assert azure.ask("POST", f"{DELETED}/purge").status_code == 200
    assert _vault(azure)["name"] == "mlops-prod"


def test_a_protected_vault_is_not_purged(azure: Azure) -> None:
    """And its protection is not turned off."""
    _vault(azure, enablePurgeProtection=True)
    body = {**WEST, "properties": {"enablePurgeProtection": False}}
    assert azure.refused("PUT", VAULT, body) == (409, "BadRequest")
    azure.ask("DELETE", VAULT)
    assert azure.refused("POST", f"{DELETED}/purge") == (409, "MethodNotAllowed")


def test_a_vault_asks_who_calls(azure: Azure) -> None:
    """401 that says where a token comes from; a host without a vault is 404."""
    _vault(azure)
    answer = azure.vault("POST", HOST, "/keys/lake/create", token="")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith(
        f'Bearer authorization="https://login.microsoftonline.com/{TENANT}"'
    )
    assert azure.vault("GET", "other.vault.azure.net", "/keys/lake").status_code == 404
    assert azure.vault("GET", HOST, "/keys/lake", token="x.y.z").status_code == 401


def test_a_vault_keeps_its_contacts(azure: Azure) -> None:
    """404 until somebody says who they are."""
    _vault(azure)
    assert azure.vault("GET", HOST, "/certificates/contacts").status_code == 404
    contacts = [{"email": "on-call@example.com"}]
    azure.vault("PUT", HOST, "/certificates/contacts", {"contacts": contacts})
    assert azure.vault("GET", HOST, "/certificates/contacts").json()["contacts"] == contacts


def test_a_role_is_given_to_a_key_and_to_a_secret(azure: Azure) -> None:
    """By their ids in Azure Resource Manager, once they are there: so an identity may use one key alone."""
    _vault(azure)
    role = f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{BUILT_IN['Key Vault Secrets User']}"
    given = {"properties": {"roleDefinitionId": role, "principalId": "00000000-0000-0000-0000-0000000000ab"}}
    for part, made in (
        ("keys/lake", ("POST", "/keys/lake/create", KEY)),
        ("secrets/pg", ("PUT", "/secrets/pg", {"value": "v"})),
    ):
        path = f"{VAULT}/{part}/providers/Microsoft.Authorization/roleAssignments/10000000-0000-4000-8000-000000000001"
        assert azure.refused("PUT", path, given) == (404, "ParentResourceNotFound")
        assert azure.vault(made[0], HOST, made[1], made[2]).status_code == 200
        assert azure.ask("PUT", path, given).status_code == 201
        assert azure.get(path)["properties"]["scope"] == f"{VAULT}/{part}"


def test_a_key_lives_its_whole_life(azure: Azure) -> None:
    """Versions, attributes, a rotation policy, deletion, purge."""
    _vault(azure)
    assert azure.vault("GET", HOST, "/keys/lake/").status_code == 404
    made = azure.vault("POST", HOST, "/keys/lake/create", KEY | {"attributes": {"exp": 1858973533}}).json()
    assert (made["key"]["kty"], made["key"]["key_ops"], made["tags"]) == ("RSA-HSM", KEY["key_ops"], KEY["tags"])
    assert (made["attributes"]["exp"], made["attributes"]["recoveryLevel"]) == (1858973533, "Recoverable+Purgeable")
    path = made["key"]["kid"].removeprefix(f"https://{HOST}")
    newer = azure.vault("POST", HOST, "/keys/lake/create", KEY).json()
    assert azure.vault("GET", HOST, "/keys/lake/").json() == newer
    assert azure.vault("GET", HOST, path).json() == made
    tagged = azure.vault("PATCH", HOST, "/keys/lake/", {"tags": {"changed": "newest"}}).json()
    assert tagged["tags"] == {"changed": "newest"}
    changed = azure.vault("PATCH", HOST, path, {"attributes": {"enabled": False}, "tags": {}}).json()
    assert (changed["attributes"]["enabled"], changed["attributes"]["exp"], changed["tags"]) == (False, 1858973533, {})
    policy = {"lifetimeActions": [{"trigger": {"timeBeforeExpiry": "P30D"}, "action": {"type": "rotate"}}]}
    azure.vault("PUT", HOST, "/keys/lake/rotationpolicy", policy)
    assert azure.vault("GET", HOST, "/keys/lake/rotationpolicy").json()["lifetimeActions"] == policy["lifetimeActions"]
    assert azure.vault("DELETE", HOST, "/keys/lake").status_code == 200
    assert azure.vault("GET", HOST, "/keys/lake").status_code == 404
    assert azure.vault("POST", HOST, "/keys/lake/create", KEY).status_code == 409
    assert azure.vault("GET", HOST, "/deletedkeys/lake").json()["recoveryId"].endswith("/deletedkeys/lake")
    assert azure.vault("DELETE", HOST, "/deletedkeys/lake").status_code == 204
    assert azure.vault("DELETE", HOST, "/deletedkeys/lake").status_code == 404
    assert azure.vault("POST", HOST, "/keys/lake/create", KEY).status_code == 200


def test_what_is_no_key_is_refused(azure: Azure) -> None:
    """By type and size; no key of a protected vault is purged."""
    _vault(azure, enablePurgeProtection=True)
    for wrong in ({"kty": "DSA"}, {"key_size": 1024}):
        assert azure.vault("POST", HOST, "/keys/lake/create", KEY | wrong).status_code == 400
    azure.vault("POST", HOST, "/keys/lake/create", KEY)
    azure.vault("DELETE", HOST, "/keys/lake")
    assert azure.vault("DELETE", HOST, "/deletedkeys/lake").status_code == 403


def test_a_scope_of_databricks_reads_the_vault(azure: Azure) -> None:
    """What is set in the vault is read through the scope that names it, and is gone with it."""
    _vault(azure)
    vault = {"resource_id": VAULT, "dns_name": f"https://{HOST}/"}
    body = {"scope": "prod", "scope_backend_type": "AZURE_KEYVAULT", "backend_azure_keyvault": vault}
    core = azure.core
    assert core.call("POST", f"{core.url('prod')}/api/2.0/secrets/scopes/create", json=body).status_code == 200
    made = azure.vault("PUT", HOST, "/secrets/webhook", {"value": "s3cret", "contentType": "text/plain"}).json()
    assert azure.vault("GET", HOST, "/secrets/webhook/").json() == made
    assert core.admin().dbutils.secrets.get("prod", "webhook") == "s3cret"
    assert [each.key for each in core.admin().secrets.list_secrets("prod")] == ["webhook"]
    assert azure.vault("PUT", HOST, "/secrets/web_hook", {"value": "x"}).status_code == 400
    assert azure.vault("DELETE", HOST, "/secrets/webhook").status_code == 200
    assert azure.vault("GET", HOST, "/secrets/webhook").status_code == 404
    assert list(core.admin().secrets.list_secrets("prod")) == []
