"""Resources of Azure by their ids: what is needed around them, what they may be called, what stands against them."""

from typing import Any

import pytest

from localcloud.services.azure.roles import BUILT_IN
from tests.localcloud.services.azure.client import GROUP, SUBSCRIPTION, WEST, Azure

ACCOUNT = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/mlopslake"
IDENTITY = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/deployer"
LOCK = "providers/Microsoft.Authorization/locks/keep"
SCOPED = f"{GROUP}/providers/Microsoft.Authorization"
ASSIGNMENT = f"{SCOPED}/roleAssignments/e42f4f21-86e5-2ba9-113e-77b1bd57ae1f"
DEFINITIONS = f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions"
CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c"
ROLE = {"roleDefinitionId": f"{DEFINITIONS}/{CONTRIBUTOR}", "principalId": "p"}


def test_a_resource_lives_its_whole_life(azure: Azure) -> None:
    """Made, read by any spelling of its id, changed in part, listed, deleted; then it is gone."""
    assert azure.refused("GET", IDENTITY) == (404, "ResourceNotFound")
    made = azure.put(IDENTITY, {**WEST, "tags": {"a": "1", "b": "2"}})
    assert (made["id"], made["name"]) == (IDENTITY, "deployer")
    assert azure.get(IDENTITY.upper().replace("/SUBSCRIPTIONS", "/subscriptions")) == made
    assert azure.ask("PATCH", IDENTITY, {"tags": {"a": "3"}}).json()["tags"] == {"a": "3"}
    again = azure.put(IDENTITY, {**WEST, "properties": {"principalId": "mine"}})
    assert again["properties"] == made["properties"]
    collection = IDENTITY.rpartition("/")[0]
    assert azure.get(collection) == {"value": [again]}
    assert azure.get(f"{SUBSCRIPTION}/providers/{collection.partition('/providers/')[2]}") == {"value": [again]}
    assert [each["name"] for each in azure.get(f"{GROUP}/resources")["value"]] == ["deployer"]
    assert azure.ask("DELETE", IDENTITY).status_code == 200
    assert azure.ask("DELETE", IDENTITY).status_code == 204
    assert azure.refused("GET", IDENTITY) == (404, "ResourceNotFound")


def test_a_group_goes_with_all_that_is_in_it(azure: Azure) -> None:
    """And nothing is made where there is no group, or no parent."""
    azure.put(ACCOUNT, {**WEST, "kind": "StorageV2"})
    assert azure.ask("DELETE", GROUP).status_code == 200
    assert azure.refused("GET", GROUP) == (404, "ResourceGroupNotFound")
    assert azure.refused("GET", ACCOUNT) == (404, "ResourceNotFound")
    assert azure.refused("PUT", ACCOUNT, WEST) == (404, "ResourceGroupNotFound")
    azure.put(GROUP, WEST)
    container = f"{ACCOUNT}/blobServices/default/containers/gold"
    assert azure.refused("PUT", container, {}) == (404, "ParentResourceNotFound")


def test_an_operation_is_over_when_it_is_answered(azure: Azure) -> None:
    """Its absolute URL comes with the answer, and no wait; what Azure does at once has none."""
    answer = azure.ask("PUT", ACCOUNT, {**WEST, "kind": "StorageV2"})
    url = answer.headers["Azure-AsyncOperation"]
    assert (url.startswith(azure.core.account_url), answer.headers["Retry-After"]) == (True, "0")
    assert azure.core.call("GET", url, azure.token).json()["status"] == "Succeeded"
    assert azure.core.call("GET", url.replace("operations/", "operations/x"), azure.token).status_code == 404
    assert "Azure-AsyncOperation" not in azure.ask("PUT", IDENTITY, WEST).headers


def test_an_account_comes_with_hosts_services_and_keys(azure: Azure) -> None:
    """What the provider reads after it made one; its name is nobody else's."""
    made = azure.put(ACCOUNT, {**WEST, "kind": "StorageV2", "sku": {"name": "Standard_ZRS"}})
    assert made["properties"]["primaryEndpoints"]["dfs"] == "https://mlopslake.dfs.core.windows.net/"
    for service in ("blobServices", "fileServices"):
        assert azure.get(f"{ACCOUNT}/{service}/default")["name"] == "default"
    keys = azure.ask("POST", f"{ACCOUNT}/listKeys").json()["keys"]
    assert [each["keyName"] for each in keys] == ["key1", "key2"]
    assert azure.ask("POST", f"{ACCOUNT}/regenerate").status_code == 501
    other = f"{SUBSCRIPTION}/resourceGroups/other"
    azure.put(other, WEST)
    assert azure.refused("PUT", ACCOUNT.replace(GROUP, other), WEST) == (409, "StorageAccountAlreadyTaken")


@pytest.mark.parametrize(
    ("path", "body", "refusal"),
    [
        ("Microsoft.Storage/storageAccounts/Mlops_Lake", WEST, (400, "InvalidResourceName")),
        ("Microsoft.Storage/storageAccounts/ab", WEST, (400, "InvalidResourceName")),
        ("Microsoft.KeyVault/vaults/1vault", WEST, (400, "InvalidResourceName")),
        ("Microsoft.KeyVault/vaults/a--b", WEST, (400, "InvalidResourceName")),
        ("Microsoft.ManagedIdentity/userAssignedIdentities/-x-", WEST, (400, "InvalidResourceName")),
        ("Microsoft.ManagedIdentity/userAssignedIdentities/deployer", {}, (400, "LocationRequired")),
        (
            "Microsoft.ManagedIdentity/userAssignedIdentities/deployer",
            {**WEST, "colour": 1},
            (400, "InvalidRequestContent"),
        ),
        ("Microsoft.Compute/virtualMachines/one", WEST, (501, "NotImplemented")),
        ("Microsoft.Authorization/locks/keep", {"properties": {"level": "Soft"}}, (400, "InvalidLockLevel")),
        ("Microsoft.Insights/diagnosticSettings/logs", {"properties": {}}, (400, "BadRequest")),
        (
            "Microsoft.Insights/actionGroups/on-call",
            {**WEST, "properties": {"groupShortName": "x" * 13}},
            (400, "BadRequest"),
        ),
        (
            "Microsoft.OperationalInsights/workspaces/logs",
            {**WEST, "properties": {"retentionInDays": 7}},
            (400, "InvalidParameter"),
        ),
        ("Microsoft.Consumption/budgets/all", {"properties": {"amount": 0}}, (400, "400")),
    ],
)
def test_what_azure_does_not_take_is_refused(
    azure: Azure, path: str, body: dict[str, Any], refusal: tuple[int, str]
) -> None:
    """By Azure's own codes, and nothing is made."""
    assert azure.refused("PUT", f"{GROUP}/providers/{path}", body) == refusal
    assert azure.get(f"{GROUP}/resources") == {"value": []}


def test_a_resource_does_not_move(azure: Azure) -> None:
    """Another location is refused; the same in other words is not."""
    azure.put(IDENTITY, WEST)
    assert azure.refused("PUT", IDENTITY, {"location": "northeurope"}) == (409, "InvalidResourceLocation")
    assert azure.put(IDENTITY, {"location": "West Europe"})["name"] == "deployer"


def test_a_lock_holds_what_is_under_it(azure: Azure) -> None:
    """On a resource, on its group, or on something in it; read-only holds changes too; a lock itself may go."""
    azure.put(ACCOUNT, WEST)
    azure.put(f"{ACCOUNT}/{LOCK}", {"properties": {"level": "CanNotDelete", "notes": "Holds the state."}})
    container = f"{ACCOUNT}/blobServices/default/containers/gold"
    azure.put(container, {})
    for path in (ACCOUNT, container, GROUP):
        assert azure.refused("DELETE", path) == (409, "ScopeLocked")
    azure.put(ACCOUNT, {**WEST, "tags": {"a": "1"}})
    azure.put(f"{ACCOUNT}/{LOCK}", {"properties": {"level": "ReadOnly"}})
    assert azure.refused("PUT", ACCOUNT, WEST) == (409, "ScopeLocked")
    assert azure.ask("DELETE", f"{ACCOUNT}/{LOCK}").status_code == 200
    assert azure.ask("DELETE", GROUP).status_code == 200


def test_every_subscription_is_there(azure: Azure) -> None:
    """By its id, which is what a provider and a person look at first."""
    found = azure.get(SUBSCRIPTION)
    assert (found["id"], found["subscriptionId"], found["state"]) == (SUBSCRIPTION, SUBSCRIPTION[15:], "Enabled")


def test_resources_are_listed_by_type_and_name(azure: Azure) -> None:
    """As a provider finds the vault of a key; another filter is refused and not dropped."""
    for kind, name in (
        ("KeyVault/vaults", "mlops-a"),
        ("KeyVault/vaults", "mlops-b"),
        ("Network/routeTables", "routes"),
    ):
        azure.put(f"{GROUP}/providers/Microsoft.{kind}/{name}", {**WEST, "properties": {"tenantId": "t"}})

    def found(wanted: str) -> list[str]:
        return [each["name"] for each in azure.get(f"{SUBSCRIPTION}/resources?$filter={wanted}")["value"]]

    assert found("resourceType eq 'Microsoft.KeyVault/vaults'") == ["mlops-a", "mlops-b"]
    assert found("resourceType eq 'microsoft.keyvault/vaults' and name eq 'MLOPS-B'") == ["mlops-b"]
    assert azure.refused("GET", f"{GROUP}/resources?$filter=tagName eq 'x'") == (400, "InvalidFilterInQueryString")


def test_a_role_is_found_by_its_name(azure: Azure) -> None:
    """Exactly one, in any scope; built-in ones by their known ids, one's own once they are made."""
    asked = f"{GROUP}/providers/Microsoft.Authorization/roleDefinitions?$filter=roleName eq 'Contributor'"
    assert [each["name"] for each in azure.get(asked)["value"]] == [CONTRIBUTOR]
    assert azure.get(f"{DEFINITIONS}/{CONTRIBUTOR}")["properties"]["roleName"] == "Contributor"
    own = f"{DEFINITIONS}/ab8ac2e3-a1a9-9e11-e3a2-5ab9cd19feb1"
    assert azure.refused("GET", own) == (404, "RoleDefinitionDoesNotExist")
    assert azure.refused("PUT", own, {"properties": {"roleName": "Owner"}}) == (409, "RoleDefinitionWithSameNameExists")
    assert azure.refused("PUT", own, {"properties": {}}) == (400, "RoleDefinitionWithNoName")
    assert azure.ask("PUT", own, {"properties": {"roleName": "Peering"}}).status_code == 201
    (found,) = azure.get(asked.replace("Contributor", "Peering"))["value"]
    made = found["properties"]
    assert (made["type"], made["updatedOn"]) == ("CustomRole", made["createdOn"])
    # A change answers 201 too, and is known to have settled by its times.
    assert azure.ask("PUT", own, {"properties": {**made, "description": "Peers."}}).status_code == 201
    changed = azure.get(own)["properties"]
    assert changed["description"] == "Peers."
    assert changed["createdOn"] == made["createdOn"] < changed["updatedOn"]
    assert len(azure.get(DEFINITIONS)["value"]) == len(BUILT_IN) + 1
    assert azure.refused("GET", f"{DEFINITIONS}?$filter=atScope()") == (400, "InvalidFilter")


def test_nobody_is_given_a_role_twice(azure: Azure) -> None:
    """On one scope; the role must be there; an assignment says its scope."""
    answer = azure.ask("PUT", ASSIGNMENT, {"properties": ROLE})
    assert (answer.status_code, answer.json()["properties"]["scope"]) == (201, GROUP)
    other = ASSIGNMENT.replace("e42f4f21", "e42f4f22")
    assert azure.refused("PUT", other, {"properties": ROLE}) == (409, "RoleAssignmentExists")
    unknown = ROLE | {"roleDefinitionId": f"{DEFINITIONS}/00000000-0000-0000-0000-000000000009"}
    assert azure.refused("PUT", other, {"properties": unknown}) == (400, "RoleDefinitionDoesNotExist")
    assert azure.refused("PUT", other, {"properties": ROLE | {"principalId": ""}}) == (400, "InvalidPrincipalId")


def test_a_workspace_and_its_connector_are_numbered_and_identified(azure: Azure) -> None:
    """What Azure would draw, the same at each PUT."""
    path = f"{GROUP}/providers/Microsoft.Databricks"
    body = {**WEST, "properties": {"managedResourceGroupId": f"{GROUP}-databricks"}, "sku": {"name": "premium"}}
    made = azure.put(f"{path}/workspaces/mlops", body)["properties"]
    assert made["workspaceUrl"].startswith(f"adb-{made['workspaceId']}.")
    assert azure.put(f"{path}/workspaces/mlops", body)["properties"] == made
    # Who uses keys of one's own is known once there are such keys.
    assert "storageAccountIdentity" not in made
    entities = {"managedDisk": {"keySource": "Microsoft.Keyvault"}}
    keys = {"parameters": {"prepareEncryption": {"value": True}}, "encryption": {"entities": entities}}
    own = azure.put(f"{path}/workspaces/mlops", {**body, "properties": {**body["properties"], **keys}})["properties"]
    assert own["storageAccountIdentity"]["principalId"] != own["managedDiskIdentity"]["principalId"]
    connector = azure.put(f"{path}/accessConnectors/mlops", {**WEST, "identity": {"type": "SystemAssigned"}})
    assert len(connector["identity"]["principalId"]) == 36


def test_a_trigger_of_a_data_factory_is_started_and_stopped(azure: Azure) -> None:
    """One that runs is not changed."""
    factory = f"{GROUP}/providers/Microsoft.DataFactory/factories/mlops"
    azure.put(factory, {**WEST, "identity": {"type": "SystemAssigned"}})
    trigger = f"{factory}/triggers/nightly"
    daily = {"frequency": "Day", "interval": 1, "startTime": "2026-01-01T00:00:00Z"}
    body = {"properties": {"type": "ScheduleTrigger", "typeProperties": {"recurrence": daily}}}
    assert azure.put(trigger, body)["properties"]["runtimeState"] == "Stopped"
    assert azure.ask("POST", f"{trigger}/start").status_code == 200
    assert azure.refused("PUT", trigger, body) == (400, "TriggerEnabledCannotUpdate")
    azure.ask("POST", f"{trigger}/stop")
    assert azure.put(trigger, body)["properties"]["runtimeState"] == "Stopped"


def test_log_workspaces_have_keys_and_are_not_kept_when_deleted(azure: Azure) -> None:
    """What the provider asks before and after it makes one."""
    path = f"{GROUP}/providers/Microsoft.OperationalInsights/workspaces/logs"
    assert azure.get(f"{SUBSCRIPTION}/providers/Microsoft.OperationalInsights/deletedWorkspaces") == {"value": []}
    made = azure.put(path, {**WEST, "properties": {"retentionInDays": 90}})
    assert len(made["properties"]["customerId"]) == 36
    assert azure.ask("POST", f"{path}/sharedKeys").json().keys() == {"primarySharedKey", "secondarySharedKey"}
