"""Registries, clusters and Azure Machine Learning, as the stacks of the places that serve ask for them."""

import uuid
from pathlib import Path
from typing import Any

import pytest

from cli.places.azure_ml import calls
from localcloud.services.azure.roles import BUILT_IN
from tests.cli.places.exported import exported
from tests.infra.conftest import Documents, credit_alone
from tests.infra.serving_places import place_documents, switch_on
from tests.localcloud.declared_types import unknown_roles
from tests.localcloud.services.azure.as_azurerm import Asked
from tests.localcloud.services.azure.client import GROUP, SUBSCRIPTION, WEST, Azure

_PROVIDERS = f"{GROUP}/providers"
CLUSTER = f"{_PROVIDERS}/Microsoft.ContainerService/managedClusters/serving"
REGISTRY = f"{_PROVIDERS}/Microsoft.ContainerRegistry/registries/mlopsimages"
WORKSPACE = f"{_PROVIDERS}/Microsoft.MachineLearningServices/workspaces/mlops-prod-ml"
ENDPOINT = f"{WORKSPACE}/onlineEndpoints/mlops-prod-credit"
_WRITER = "Azure Kubernetes Service RBAC Writer"
_PRIVATE = {
    "kubernetesVersion": "1.34",
    "dnsPrefix": "serving",
    "disableLocalAccounts": True,
    "aadProfile": {"managed": True, "enableAzureRBAC": True},
    "oidcIssuerProfile": {"enabled": True},
    "securityProfile": {"workloadIdentity": {"enabled": True}},
    "apiServerAccessProfile": {"enablePrivateCluster": True},
}
_NEEDS = {name: f"{_PROVIDERS}/Microsoft.X/{name}" for name in ("applicationInsights", "keyVault", "storageAccount")}
_DEPLOYMENT = {
    **WEST,
    "sku": {"name": "Default", "capacity": 1},
    "properties": {"endpointComputeType": "Managed", "environmentId": "e", "instanceType": "Standard_D4ads_v5"},
}


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Documents:
    """The documents of the two places."""
    folder = tmp_path_factory.mktemp("azapi")
    switch_on(credit_alone(folder / "workspaces"))
    return place_documents(folder / "workspaces", folder / "out")


@pytest.fixture(scope="module")
def declared(places: Documents) -> dict[str, Any]:
    """What the stack of Azure Machine Learning asks azapi for, by its type."""
    resources = places["prod-azure-ml"]["resource"]
    return {type_: next(iter(found.values())) for type_, found in resources.items() if type_.startswith("azapi_")}


@pytest.fixture
def workspace(azure: Azure) -> str:
    """A workspace."""
    return str(azure.put(WORKSPACE, {**WEST, "properties": dict(_NEEDS)})["id"])


def test_the_roles_of_the_places_are_there(places: Documents) -> None:
    """By the names that Azure gives them."""
    assert unknown_roles(document.get("resource", {}) for document in places.values()) == set()


def _what_other_stacks_made(azure: Azure) -> None:
    """Groups, network, vault, lake, logs and zones, as far as the places refer to them."""
    hub, prod, state = (f"{SUBSCRIPTION}/resourceGroups/mlops-{name}" for name in ("hub", "prod", "state"))
    network = f"{prod}/providers/Microsoft.Network/virtualNetworks/mlops-prod"
    zones = ("azurecr.io", "westeurope.azmk8s.io", "api.azureml.ms", "notebooks.azure.net")
    for path, body in {
        hub: WEST,
        prod: WEST,
        state: WEST,
        f"{state}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/mlops-prod-deployer": WEST,
        f"{hub}/providers/Microsoft.OperationalInsights/workspaces/mlops-hub": WEST,
        network: {**WEST, "properties": {"addressSpace": {"addressPrefixes": ["10.43.0.0/20"]}}},
        f"{network}/subnets/endpoints": {"properties": {"addressPrefix": "10.43.8.0/26"}},
        f"{network}/subnets/serving": {"properties": {"addressPrefix": "10.43.9.0/25"}},
        f"{prod}/providers/Microsoft.Network/routeTables/mlops-prod": WEST,
        f"{prod}/providers/Microsoft.KeyVault/vaults/mlops-prod": {**WEST, "properties": {}},
        f"{prod}/providers/Microsoft.Storage/storageAccounts/mlopsprodlake": WEST,
        **{
            f"{hub}/providers/Microsoft.Network/privateDnsZones/privatelink.{zone}": {"location": "global"}
            for zone in zones
        },
    }.items():
        azure.put(path, body)


def test_azure_takes_every_resource_of_the_three_stacks(azure: Azure, places: Documents) -> None:
    """In the order of what refers to what: by its name, in its place, with keys, roles and identities that exist."""
    _what_other_stacks_made(azure)
    asked = Asked(azure)
    made = [address for stack in ("images", "aks", "azure-ml") for address in asked.apply(places[f"prod-{stack}"])]
    declared = [places[f"prod-{stack}"]["resource"] for stack in ("images", "aks", "azure-ml")]
    assert sorted(made) == sorted(
        f"{type_}.{name}" for each in declared for type_, named in each.items() for name in named
    )
    federation = asked.made["azurerm_federated_identity_credential.credit-federation"]["properties"]
    cluster = asked.made["azurerm_kubernetes_cluster.cluster"]["properties"]
    assert federation["issuer"] == cluster["oidcIssuerProfile"]["issuerURL"]
    endpoint = asked.made["azapi_resource.credit-endpoint"]
    reader = asked.made["azurerm_role_assignment.credit-account"]["properties"]["principalId"]
    assert asked.made["azurerm_user_assigned_identity.credit-identity"]["properties"]["principalId"] == reader
    assert azure.get(endpoint["id"])["identity"]["userAssignedIdentities"].keys() == {
        asked.made["azurerm_user_assigned_identity.credit-identity"]["id"]
    }


def test_a_role_is_given_in_a_namespace_before_it_is_there(azure: Azure) -> None:
    """Azure knows of the cluster alone; in none there is nothing to give."""
    who = azure.put(f"{_PROVIDERS}/Microsoft.ManagedIdentity/userAssignedIdentities/pipeline", WEST)
    writer = f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{BUILT_IN[_WRITER]}"
    given = {"properties": {"roleDefinitionId": writer, "principalId": who["properties"]["principalId"]}}
    place = f"{CLUSTER}/namespaces/credit/providers/Microsoft.Authorization/roleAssignments/{uuid.uuid4()}"
    assert azure.refused("PUT", place, given) == (404, "ParentResourceNotFound")
    azure.put(CLUSTER, {**WEST, "properties": dict(_PRIVATE)})
    assert azure.put(place, given)["properties"]["scope"] == f"{CLUSTER}/namespaces/credit"


def test_a_cluster_has_an_issuer_of_tokens(azure: Azure) -> None:
    """What the federated identities of the servers name; it lives in operations, as Azure's do."""
    answer = azure.ask("PUT", CLUSTER, {**WEST, "properties": dict(_PRIVATE)})
    assert "Azure-AsyncOperation" in answer.headers
    found = azure.get(CLUSTER)["properties"]
    assert found["oidcIssuerProfile"]["issuerURL"].startswith("https://westeurope.oic.prod-aks.azure.com/")
    assert found["privateFQDN"].startswith("serving-")
    azure.put(f"{CLUSTER}/agentPools/servers", {"properties": {"mode": "User", "minCount": 2, "maxCount": 6}})
    for place in (f"{CLUSTER}/agentPools/servers", CLUSTER):
        gone = azure.ask("DELETE", place)
        assert (gone.status_code, "Azure-AsyncOperation" in gone.headers) == (202, True)
        assert azure.ask("GET", place).status_code == 404


def test_a_provider_reads_what_belongs_to_a_cluster(azure: Azure) -> None:
    """Its first pool is one of its pools; nobody gets credentials; nothing is said of when it is maintained."""
    pools = [{"name": "system", "mode": "System", "count": 1}]
    azure.put(CLUSTER, {**WEST, "properties": {**_PRIVATE, "agentPoolProfiles": pools}})
    assert azure.get(f"{CLUSTER}/agentPools/system")["properties"] == {"mode": "System", "count": 1}
    assert azure.ask("POST", f"{CLUSTER}/listClusterUserCredential").json() == {"kubeconfigs": []}
    assert azure.ask("GET", f"{CLUSTER}/maintenanceConfigurations/default").status_code == 404


def test_a_component_has_a_cap(azure: Azure) -> None:
    """The one that Azure begins with, then what is said; gone with nothing but the component."""
    component = f"{_PROVIDERS}/Microsoft.Insights/components/served"
    features = f"{component}/currentbillingfeatures"
    assert azure.refused("GET", features) == (404, "ResourceNotFound")
    azure.put(component, {**WEST, "kind": "web", "properties": {"Application_Type": "web"}})
    assert azure.get(features)["DataVolumeCap"]["Cap"] == 100
    said = {"CurrentBillingFeatures": ["Basic"], "DataVolumeCap": {"Cap": 5}}
    assert azure.put(features, said) == said == azure.get(features)


def test_a_registry_has_a_host(azure: Azure) -> None:
    """That of images' names, which a provider asks for before it makes one."""
    free = f"{SUBSCRIPTION}/providers/Microsoft.ContainerRegistry/checkNameAvailability"
    asked = {"name": "mlopsimages", "type": "Microsoft.ContainerRegistry/registries"}
    assert azure.ask("POST", free, asked).json() == {"nameAvailable": True}
    assert azure.put(REGISTRY, {**WEST, "sku": {"name": "Premium"}})["properties"]["loginServer"] == (
        "mlopsimages.azurecr.io"
    )
    assert azure.get(f"{REGISTRY}/replications")["value"] == []
    assert azure.ask("POST", free, asked).json()["nameAvailable"] is False
    assert azure.refused("POST", free, {"name": "mlopsimages"}) == (400, "InvalidRequest")


def test_the_declared_endpoint_is_taken(azure: Azure, workspace: str, declared: dict[str, Any]) -> None:
    """The bodies that azapi sends are those that Azure's REST takes, of the types that the stack names."""
    endpoint = declared["azapi_resource"]
    type_, version = endpoint["type"].split("@")
    path = f"{workspace}/onlineEndpoints/{endpoint['name']}?api-version={version}"
    given = {"location": endpoint["location"], "tags": endpoint["tags"], **endpoint["body"]}
    made = azure.put(path, given)
    assert (made["type"], made["properties"]["authMode"]) == (type_, "AADToken")
    assert made["properties"]["scoringUri"] == "https://mlops-prod-credit.westeurope.inference.ml.azure.com/score"
    update = declared["azapi_update_resource"]
    azure.ask("PATCH", workspace, update["body"])
    assert azure.get(workspace)["properties"]["systemDatastoresAuthMode"] == "identity"


def test_traffic_goes_to_deployments_that_are_there(azure: Azure, workspace: str) -> None:
    """All of it or none; so a release makes the deployment first."""
    assert workspace
    endpoint = {**WEST, "properties": {"authMode": "AADToken"}}
    azure.put(ENDPOINT, endpoint)
    switched = {**WEST, "properties": {"authMode": "AADToken", "traffic": {"blue": 100}}}
    assert azure.refused("PUT", ENDPOINT, switched) == (400, "ValidationError")
    azure.put(f"{ENDPOINT}/deployments/blue", _DEPLOYMENT)
    assert azure.put(ENDPOINT, switched)["properties"]["traffic"] == {"blue": 100}
    half = {**WEST, "properties": {"authMode": "AADToken", "traffic": {"blue": 50}}}
    assert azure.refused("PUT", ENDPOINT, half) == (400, "ValidationError")


@pytest.mark.parametrize(
    ("path", "body", "refusal"),
    [
        (CLUSTER, {"disableLocalAccounts": True}, "BadRequest"),
        (CLUSTER, {"securityProfile": {"workloadIdentity": {"enabled": True}}}, "InvalidParameter"),
        (CLUSTER, {"kubernetesVersion": "newest"}, "K8sVersionNotSupported"),
        (f"{_PROVIDERS}/Microsoft.ContainerRegistry/registries/mlops-images", {}, "InvalidResourceName"),
        (WORKSPACE, {}, "ValidationError"),
    ],
)
def test_what_azure_does_not_take_is_refused(azure: Azure, path: str, body: dict[str, Any], refusal: str) -> None:
    """By its codes."""
    assert azure.refused("PUT", path, {**WEST, "properties": body}) == (400, refusal)


def test_a_deployment_says_what_runs(azure: Azure, workspace: str) -> None:
    """On what, how often, and in which environment; an environment is an image, a model lies somewhere."""
    azure.put(ENDPOINT, {**WEST, "properties": {"authMode": "AADToken"}})
    for given in ({**_DEPLOYMENT, "sku": {}}, {**_DEPLOYMENT, "properties": {"endpointComputeType": "Managed"}}):
        assert azure.refused("PUT", f"{ENDPOINT}/deployments/blue", given) == (400, "ValidationError")
    azure.put(f"{workspace}/environments/credit", {"properties": {}})
    azure.put(f"{workspace}/models/features", {"properties": {}})
    assert azure.refused("PUT", f"{workspace}/environments/credit/versions/1", {}) == (400, "ValidationError")
    assert azure.refused("PUT", f"{workspace}/models/features/versions/1", {}) == (400, "ValidationError")


def test_what_is_exported_is_taken_in_its_order(azure: Azure, tmp_path: Path) -> None:
    """The calls of `mlops export --to azure-ml`, as `az rest` sends them: the endpoint then answers from the colour."""
    placed = exported(tmp_path)()
    assert placed.environment.azure_ml
    found = calls(placed, placed.environment.azure_ml)
    workspace = found[-1].path.partition("/onlineEndpoints/")[0]
    azure.put(workspace.partition("/providers/")[0], WEST)
    needed = dict.fromkeys(("applicationInsights", "keyVault", "storageAccount"), workspace)
    azure.put(workspace, {**WEST, "properties": needed})
    azure.put(f"{workspace}/environments/credit", {"properties": {}})
    azure.put(found[-1].path, {**WEST, "properties": {"authMode": "AADToken"}})
    for call in found:
        azure.put(call.url.removeprefix("https://management.azure.com"), call.body)
    assert azure.get(found[-1].path)["properties"]["traffic"] == {"green": 100}
    assert azure.get(found[1].path)["tags"]["version"] == "3"
