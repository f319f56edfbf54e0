"""Event Hubs and PostgreSQL as azurerm asks for them: made, read back, changed and deleted."""

from typing import Any

import pytest

from tests.localcloud.services.azure.client import GROUP, WEST, Azure

NAMESPACE = f"{GROUP}/providers/Microsoft.EventHub/namespaces/mlops-prod-events"
SERVER = f"{GROUP}/providers/Microsoft.DBforPostgreSQL/flexibleServers/mlops-prod-scores"
IDENTITY = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/sinks"
GROUP_ID = "00000000-0000-0000-0000-0000000000aa"
_OWN = {"type": "UserAssigned", "userAssignedIdentities": {IDENTITY: {}}}
_KEY = {"keyName": "events", "keyVaultUri": "https://mlops.vault.azure.net/", "keyVersion": ""}
_ENCRYPTED = {"keySource": "Microsoft.KeyVault", "keyVaultProperties": [_KEY]}
_EVENTS: dict[str, Any] = {
    **WEST,
    "sku": {"name": "Premium", "tier": "Premium", "capacity": 1},
    "identity": _OWN,
    "properties": {"disableLocalAuth": True, "publicNetworkAccess": "Disabled", "minimumTlsVersion": "1.2"},
}
_HUB = {
    "partitionCount": 4,
    "status": "Active",
    "retentionDescription": {"cleanupPolicy": "Delete", "retentionTimeInHours": 72},
}
_SCORES: dict[str, Any] = {
    **WEST,
    "sku": {"name": "Standard_D2ds_v5", "tier": "GeneralPurpose"},
    "identity": _OWN,
    "properties": {
        "version": "17",
        "storage": {"storageSizeGB": 128, "autoGrow": "Enabled", "tier": "P10"},
        "backup": {"backupRetentionDays": 35, "geoRedundantBackup": "Disabled"},
        "network": {"publicNetworkAccess": "Disabled"},
        "highAvailability": {"mode": "ZoneRedundant"},
        "authConfig": {"activeDirectoryAuth": "Enabled", "passwordAuth": "Disabled", "tenantId": GROUP_ID},
        "dataEncryption": {"type": "AzureKeyVault", "primaryUserAssignedIdentityId": IDENTITY},
    },
}


@pytest.fixture
def sinks(azure: Azure) -> Azure:
    """With a namespace, a server, and the identity that may use their keys."""
    azure.put(IDENTITY, WEST)
    for path, body, status in ((NAMESPACE, _EVENTS, 200), (SERVER, _SCORES, 202)):
        answer = azure.ask("PUT", path, body)
        assert (answer.status_code, "Azure-AsyncOperation" in answer.headers) == (status, True), answer.text
    return azure


def test_a_namespace_is_read_as_it_was_said(sinks: Azure) -> None:
    """With all that the provider reads of it: units, its rules for the network, keys that open nothing."""
    shown = sinks.get(NAMESPACE)
    assert {name: shown[name] for name in ("sku", "identity")} == {name: _EVENTS[name] for name in ("sku", "identity")}
    assert shown["properties"].items() >= {**_EVENTS["properties"], "maximumThroughputUnits": 0}.items()
    rules = sinks.get(f"{NAMESPACE}/networkRuleSets/default")["properties"]
    assert (rules["publicNetworkAccess"], rules["ipRules"]) == ("Disabled", [])
    keys = sinks.ask("POST", f"{NAMESPACE}/authorizationRules/RootManageSharedAccessKey/listKeys").json()
    assert keys["primaryConnectionString"].startswith("Endpoint=sb://mlops-prod-events.servicebus.windows.net/;")
    assert keys["primaryKey"] != keys["secondaryKey"]


def test_a_namespaces_key_is_its_own_identitys(sinks: Azure) -> None:
    """Read back as it was written; refused for an identity that is not its own, and for another tier."""
    encrypted = {**_EVENTS, "properties": {**_EVENTS["properties"], "encryption": _ENCRYPTED}}
    assert sinks.put(NAMESPACE, encrypted)["properties"]["encryption"] == _ENCRYPTED
    foreign = {"keyVaultProperties": [{**_KEY, "identity": {"userAssignedIdentity": f"{IDENTITY}-other"}}]}
    body = {**_EVENTS, "properties": {"encryption": foreign}}
    assert sinks.refused("PUT", NAMESPACE, body) == (400, "InvalidIdentity")
    standard = {**encrypted, "sku": {"name": "Standard"}}
    assert sinks.refused("PUT", NAMESPACE, standard) == (400, "BadRequest")
    assert sinks.ask("DELETE", NAMESPACE).status_code == 200
    assert sinks.put(NAMESPACE, _EVENTS)["properties"].get("encryption") is None


def test_a_hub_grows_and_does_not_shrink(sinks: Azure) -> None:
    """Within what its namespace's tier takes; it goes with the namespace."""
    hub = f"{NAMESPACE}/eventhubs/credit-scores"
    shown = sinks.put(hub, {"properties": _HUB})["properties"]
    assert shown.items() >= {**_HUB, "partitionIds": ["0", "1", "2", "3"], "messageRetentionInDays": 3}.items()
    assert sinks.put(hub, {"properties": {**_HUB, "partitionCount": 8}})["properties"]["partitionIds"][-1] == "7"
    for wrong in ({"partitionCount": 4}, {"partitionCount": 101}, {"retentionDescription": {"cleanupPolicy": "Never"}}):
        body = {"properties": {**_HUB, "partitionCount": 8, **wrong}}
        assert sinks.refused("PUT", hub, body) == (400, "BadRequest"), wrong
    sinks.ask("DELETE", NAMESPACE)
    assert sinks.ask("GET", hub).status_code == 404


def test_a_server_is_read_as_it_was_said(sinks: Azure) -> None:
    """With its host and the zones that Azure chooses; a change keeps the rest; a password is not kept."""
    own = sinks.get(SERVER)["properties"]
    said = {name: own[name] for name in _SCORES["properties"] if name != "highAvailability"}
    assert said == {name: value for name, value in _SCORES["properties"].items() if name != "highAvailability"}
    assert own["highAvailability"] == {"mode": "ZoneRedundant", "standbyAvailabilityZone": "2"}
    assert own["fullyQualifiedDomainName"] == "mlops-prod-scores.postgres.database.azure.com"
    answer = sinks.ask("PATCH", SERVER, {"properties": {"backup": {"backupRetentionDays": 7}}})
    assert (answer.status_code, "Azure-AsyncOperation" in answer.headers) == (202, True)
    changed = answer.json()["properties"]
    assert (changed["backup"]["backupRetentionDays"], changed["storage"]) == (7, own["storage"])
    secret = {"administratorLogin": "root", "administratorLoginPassword": "not-a-secret"}
    with_password = {**_SCORES["properties"], **secret, "authConfig": {"passwordAuth": "Enabled"}}
    shown = sinks.ask("PUT", f"{SERVER}-2", {**_SCORES, "properties": with_password})
    assert (shown.status_code, "not-a-secret" in shown.text) == (202, False)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("version", "9", "version '9' is none of"),
        ("highAvailability", {"mode": "Twice"}, "highAvailability.mode 'Twice' is none of"),
        ("backup", {"backupRetentionDays": 36}, "backupRetentionDays 36 is outside 7..35"),
        ("storage", {"storageSizeGB": 64}, "storage of 128 GB does not become 64"),
        ("authConfig", {"passwordAuth": "Disabled"}, "nobody could sign in"),
    ],
)
def test_a_server_that_azure_refuses(sinks: Azure, field: str, value: Any, said: str) -> None:
    """What was given, and what is allowed."""
    body = {**_SCORES, "properties": {**_SCORES["properties"], field: value}}
    answer = sinks.ask("PUT", SERVER, body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "InvalidParameterValue")
    assert said in answer.json()["error"]["message"]


def test_a_server_has_entras_administrators_and_databases(sinks: Azure) -> None:
    """By the object's id; refused where Entra's principals are not let in; all go with the server."""
    administrator, database = f"{SERVER}/administrators/{GROUP_ID}", f"{SERVER}/databases/scores"
    said = {"principalName": "database-admins", "principalType": "Group", "tenantId": GROUP_ID}
    assert (
        sinks.put(administrator, {"properties": said})["properties"].items() >= {**said, "objectId": GROUP_ID}.items()
    )
    wrong = {"properties": {**said, "principalType": "Team"}}
    assert sinks.refused("PUT", administrator, wrong) == (400, "InvalidParameterValue")
    made = {"charset": "UTF8", "collation": "en_US.utf8"}
    assert sinks.put(database, {"properties": made})["properties"].items() >= made.items()
    assert sinks.refused("PUT", f"{SERVER}/databases/a b", {"properties": made}) == (400, "InvalidResourceName")
    for part in (database, administrator, SERVER):
        assert sinks.ask("DELETE", part).status_code == 202
        assert sinks.ask("GET", part).status_code == 404
        assert sinks.ask("DELETE", part).status_code in (204, 404)


def test_names_that_are_hosts_are_taken_once(sinks: Azure) -> None:
    """In any group."""
    other = GROUP.replace("/mlops", "/other")
    sinks.put(other, WEST)
    for path, body, code in ((NAMESPACE, _EVENTS, "NameUnavailable"), (SERVER, _SCORES, "ServerNameNotAvailable")):
        assert sinks.refused("PUT", path.replace(GROUP, other), {**body, "identity": _OWN}) == (409, code)
