"""The optional places beside Databricks that serve: private, without accounts, and each model with its own identity."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from infra import azure_names
from infra.deploy import DeployError, stacks_of
from infra.jobs.declaration import WheelTask
from infra.jobs.declared import declared_jobs
from infra.jobs.promotion import promotion
from infra.jobs.rollback import rollback
from infra.spec import SpecError, load
from infra.spec.served import other_places, served
from policies.access.build import estate_of
from policies.access.compute import Access
from policies.access.invariants import read_invariants, violations
from policies.access.stacks import stack_of
from tests.infra.conftest import Documents, credit_alone, edit
from tests.infra.find import grants
from tests.infra.provider_schema import SCHEMAS, document_problems
from tests.infra.serving_places import BASE_IMAGE, GROUP, place_documents, switch_on, without_azapi

OURS = ("prod-images", "prod-aks", "prod-azure-ml")
_CLUSTER = "${azurerm_kubernetes_cluster.cluster.id}"
PIPELINE = "${data.azurerm_user_assigned_identity.pipeline.principal_id}"


@pytest.fixture(scope="module")
def placed(tmp_path_factory: pytest.TempPathFactory) -> Documents:
    """The stacks of both places in prod, and those of Azure that change with them."""
    folder = tmp_path_factory.mktemp("places")
    switch_on(credit_alone(folder / "workspaces"))
    return place_documents(folder / "workspaces", folder / "out")


@pytest.fixture
def switched(workspaces: Path) -> Path:
    """Workspaces whose prod has both places."""
    switch_on(workspaces)
    return workspaces


def _one(documents: Documents, stack: str, type_: str, name: str) -> dict[str, Any]:
    return dict(documents[stack]["resource"][type_][name])


def _roles(documents: Documents, stack: str, principal: str = "") -> set[tuple[str, str, str]]:
    """(name, role, where it holds) of every role that the stack gives, or gives to one; the end of an id says where."""
    given = documents[stack]["resource"]["azurerm_role_assignment"].items()
    return {
        (name, each["role_definition_name"], each["scope"].rpartition("/")[2])
        for name, each in given
        if principal in ("", each["principal_id"])
    }


def test_the_cluster_is_private_and_has_no_accounts(placed: Documents) -> None:
    """Entra signs people in, the issuer pods; disks and caches are encrypted; what leaves passes the firewall."""
    cluster = _one(placed, "prod-aks", "azurerm_kubernetes_cluster", "cluster")
    expected = {
        "private_cluster_enabled": True,
        "private_cluster_public_fqdn_enabled": False,
        "run_command_enabled": False,
        "local_account_disabled": True,
        "azure_policy_enabled": True,
        "oidc_issuer_enabled": True,
        "workload_identity_enabled": True,
        "kubernetes_version": "1.34",
        "disk_encryption_set_id": "${azurerm_disk_encryption_set.disks.id}",
    }
    assert {name: cluster[name] for name in expected} == expected
    signs_in = cluster["azure_active_directory_role_based_access_control"]
    assert (signs_in["azure_rbac_enabled"], signs_in["admin_group_object_ids"]) == (True, [GROUP])
    network = cluster["network_profile"]
    assert (network["outbound_type"], network["network_policy"]) == ("userDefinedRouting", "cilium")
    assert network["dns_service_ip"] == "10.245.0.10"
    assert cluster["default_node_pool"]["only_critical_addons_enabled"] is True
    servers = _one(placed, "prod-aks", "azurerm_kubernetes_cluster_node_pool", "cluster-servers")
    assert (servers["min_count"], servers["max_count"], servers["auto_scaling_enabled"]) == (2, 6, True)
    assert (servers["host_encryption_enabled"], servers["node_public_ip_enabled"]) == (True, False)
    assert servers["node_labels"] == {"mlops/pool": "servers"}


def test_a_models_servers_read_its_features_and_no_others(placed: Documents) -> None:
    """One identity a model, for the pods of one service account, on one container of the lake."""
    federation = _one(placed, "prod-aks", "azurerm_federated_identity_credential", "credit-federation")
    assert federation["subject"] == "system:serviceaccount:credit:credit"
    assert federation["issuer"] == "${azurerm_kubernetes_cluster.cluster.oidc_issuer_url}"
    assert federation["parent_id"].endswith("/userAssignedIdentities/mlops-prod-serves-credit")
    assert _roles(placed, "prod-images") - _roles(placed, "prod-images", PIPELINE) == {
        (
            "images-key-user",
            "Key Vault Crypto Service Encryption User",
            "${azurerm_key_vault_key.images-key.resource_versionless_id}",
        ),
        ("credit-features", "Storage Blob Data Reader", "served-credit"),
        ("credit-image", "AcrPull", "${azurerm_container_registry.images.id}"),
    }


def test_the_registry_is_closed(placed: Documents) -> None:
    """No account, no anonymous reader, no public face, no way to carry images out of it; a key of its own."""
    registry = _one(placed, "prod-images", "azurerm_container_registry", "images")
    closed = ("admin_enabled", "anonymous_pull_enabled", "public_network_access_enabled", "export_policy_enabled")
    assert [registry[name] for name in closed] == [False] * 4
    assert registry["encryption"][0]["key_vault_key_id"] == "${azurerm_key_vault_key.images-key.versionless_id}"
    endpoint = _one(placed, "prod-images", "azurerm_private_endpoint", "images-registry")
    [zone] = endpoint["private_dns_zone_group"]["private_dns_zone_ids"]
    assert zone.endswith("/privateDnsZones/privatelink.azurecr.io")


def test_endpoints_of_azure_ml_take_tokens_of_named_groups(placed: Documents) -> None:
    """By azapi, since azurerm has no such resource; no version and no traffic, which are the release's."""
    endpoint = _one(placed, "prod-azure-ml", "azapi_resource", "credit-endpoint")
    assert endpoint["type"] == "Microsoft.MachineLearningServices/workspaces/onlineEndpoints@2024-10-01"
    assert endpoint["name"] == "mlops-prod-credit"
    kept = endpoint["body"]["properties"]
    assert (kept["authMode"], kept["publicNetworkAccess"], set(kept) & {"traffic"}) == ("AADToken", "Disabled", set())
    assert endpoint["identity"][0]["identity_ids"][0].endswith("/userAssignedIdentities/mlops-prod-serves-credit")
    caller = _one(placed, "prod-azure-ml", "azurerm_role_assignment", "credit-caller-0")
    assert (caller["scope"], caller["principal_id"]) == ("${azapi_resource.credit-endpoint.id}", GROUP)
    may = _one(placed, "prod-azure-ml", "azurerm_role_definition", "caller-role")
    assert may["permissions"] == [
        {"actions": ["Microsoft.MachineLearningServices/workspaces/onlineEndpoints/score/action"]}
    ]
    assert placed["prod-azure-ml"]["terraform"]["required_providers"]["azapi"] == {
        "source": "Azure/azapi",
        "version": "~> 2.0",
    }
    # Azure gives it to an identity of its own making alone.
    reads = ("credit-account", "Storage Blob Data Reader", "${azurerm_storage_account.account.id}")
    assert reads in _roles(placed, "prod-azure-ml")
    workspace = _one(placed, "prod-azure-ml", "azurerm_machine_learning_workspace", "workspace")
    assert workspace["public_network_access_enabled"] is False
    assert workspace["managed_network"]["isolation_mode"] == "AllowOnlyApprovedOutbound"


def test_the_pipeline_may_move_versions_there_and_nothing_else(placed: Documents) -> None:
    """By roles on one registry, one container, one namespace, one workspace and one identity a model; in the cluster as
    a whole it makes namespaces, and administers nothing.
    """
    assert {stack: _roles(placed, stack, PIPELINE) for stack in OURS} == {
        "prod-images": {
            ("pipeline-images", "AcrPush", "${azurerm_container_registry.images.id}"),
            ("credit-pipeline-features", "Storage Blob Data Contributor", "served-credit"),
            ("credit-pipeline-identity", "Reader", "${azurerm_user_assigned_identity.credit-identity.id}"),
        },
        "prod-aks": {
            ("pipeline-cluster", "Azure Kubernetes Service Cluster User Role", _CLUSTER),
            ("credit-pipeline", "Azure Kubernetes Service RBAC Writer", "credit"),
            ("pipeline-namespaces", "mlops-prod-makes-namespaces", _CLUSTER),
        },
        "prod-azure-ml": {
            ("pipeline-workspace", "AzureML Data Scientist", "${azurerm_machine_learning_workspace.workspace.id}"),
            ("credit-pipeline-identity", "Managed Identity Operator", "mlops-prod-serves-credit"),
        },
    }
    inside = _one(placed, "prod-aks", "azurerm_role_assignment", "credit-pipeline")
    assert inside["scope"] == f"{_CLUSTER}/namespaces/credit"
    for name in ("credit-features", "credit-pipeline-features"):
        # By its id, so that a scan can read it; it is there first all the same.
        given = _one(placed, "prod-images", "azurerm_role_assignment", name)
        assert given["depends_on"] == ["azurerm_storage_container.lake-served-credit"]
    [makes] = _one(placed, "prod-aks", "azurerm_role_definition", "namespaces-role")["permissions"]
    namespaces = "Microsoft.ContainerService/managedClusters/namespaces"
    assert makes == {"data_actions": [f"{namespaces}/read", f"{namespaces}/write"]}
    for stack in OURS:
        found = placed[stack]["data"]["azurerm_user_assigned_identity"]["pipeline"]
        assert found == {
            "name": "mlops-prod-deployer",
            "resource_group_name": "mlops-state",
            "provider": "azurerm.hub",
        }


def test_the_pipeline_reads_the_moves_and_no_other_record(placed: Documents, documents: Documents) -> None:
    """Of the use case's records: by which colour a version goes there. Without such a place it reads none."""
    from ml.records.promotions import PROMOTIONS  # noqa: PLC0415 - takes seconds

    assert grants(placed, "prod-serving", "credit-promotions-grants") == {"prod-owners": {"SELECT"}}
    found = _one(placed, "prod-serving", "databricks_grants", "credit-promotions-grants")
    assert found["table"] == PROMOTIONS.full_name("prod", "credit")
    assert "credit-promotions-grants" not in documents["prod-serving"]["resource"]["databricks_grants"]


def test_the_access_review_names_the_pipeline(placed: Documents) -> None:
    """By its identity, and lets nobody else in: another role on the features is a violation."""
    lake = "production's lake is reached past Unity Catalog in containers of served features alone"
    rows = {(row.principal, row.key.name.rpartition("/")[2], row.privilege) for row in _access(placed).matrix()}
    assert {
        ("mlops-prod-deployer", "mlopsprodimages", "AcrPush"),
        ("mlops-prod-deployer", "served-credit", "Storage Blob Data Contributor"),
        ("mlops-prod-deployer", "credit", "Azure Kubernetes Service RBAC Writer"),
        ("mlops-prod-deployer", "mlops-prod-ml", "AzureML Data Scientist"),
    } <= rows
    assert lake not in _violated(placed)
    wider = deepcopy(placed)
    wider["prod-images"]["resource"]["azurerm_role_assignment"]["credit-features"]["principal_id"] = GROUP
    assert lake in _violated(wider)


def _access(documents: Documents) -> Access:
    return Access(estate_of([stack_of(name, documents[name]) for name in OURS]))


def _violated(documents: Documents) -> set[str]:
    access = _access(documents)
    return {each.invariant for each in violations(read_invariants(), access.matrix(), access.estate.securables)}


def test_the_network_makes_room_for_the_cluster(placed: Documents) -> None:
    """A subnet with the route to the firewall, which lets the cluster's own hosts pass; and the zones of its names."""
    subnet = _one(placed, "prod-platform", "azurerm_subnet", "network-serving")
    assert subnet["address_prefixes"] == ["10.43.9.0/25"]
    assert "network-serving-routes" in placed["prod-platform"]["resource"]["azurerm_subnet_route_table_association"]
    [rules] = placed["hub"]["resource"]["azurerm_firewall_policy_rule_collection_group"].values()
    [allowed] = [rule for rule in rules["application_rule_collection"][0]["rule"] if rule["name"] == "clusters"]
    assert (allowed["source_addresses"], allowed["destination_fqdn_tags"]) == (
        ["10.43.9.0/25"],
        ["AzureKubernetesService"],
    )
    zones = {each["name"] for each in placed["hub"]["resource"]["azurerm_private_dns_zone"].values()}
    assert zones - set(azure_names.DNS_ZONES.values()) == {
        "privatelink.azurecr.io",
        "privatelink.westeurope.azmk8s.io",
        "privatelink.api.azureml.ms",
        "privatelink.notebooks.azure.net",
    }


@pytest.mark.skipif(not SCHEMAS.is_dir(), reason="the providers' schemas are not beside the checkout")
def test_they_fit_the_provider_schemas(placed: Documents) -> None:
    """Like every other stack; of azapi there is no schema, so that only what refers to it is reported."""
    found = {stack: document_problems(without_azapi(document)) for stack, document in placed.items()}
    role = "azurerm_role_assignment.credit-caller-0"
    assert found.pop("prod-azure-ml") == [f"{role}: azapi_resource.credit-endpoint.id is not in this stack"]
    assert found == {stack: [] for stack in ("hub", "prod-platform", "prod-serving", "prod-images", "prod-aks")}


def test_nothing_of_them_is_there_by_default(documents: Documents) -> None:
    """They are options."""
    assert not [stack for stack in documents if stack.endswith(("-images", "-aks", "-azure-ml"))]
    assert not [stack for stack, document in documents.items() if "azapi" in document["provider"]]


def test_each_is_deployed_by_its_name(switched: Path) -> None:
    """And only where it is declared."""
    spec = load(switched)
    assert [stacks_of(spec, "prod", part) for part in ("images", "aks", "azure-ml")] == [[each] for each in OURS]
    assert not set(OURS) & set(stacks_of(spec, "prod"))
    with pytest.raises(DeployError, match="staging has no aks_serving, so it has no stack staging-aks"):
        stacks_of(spec, "staging", "aks")


def test_what_serves_where_is_known(switched: Path) -> None:
    """Every served model, and the places of each environment."""
    spec = load(switched)
    environments = {each.name: each for each in spec.environments}
    assert [each.label for each in served(spec, environments["prod"])] == ["credit"]
    assert {name: other_places(each) for name, each in environments.items()} == {
        "dev": (),
        "prod": ("aks", "azure-ml"),
        "staging": (),
    }


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("platform.yaml", "aks_serving: true", "aks_serving: false", "allowed none while platform.yaml has it off"),
        ("platform.yaml", f"@sha256:{'0' * 64}", ":3.12", "allowed <registry>/<name>@sha256:"),
        ("platform.yaml", BASE_IMAGE, "python:latest", "allowed <registry>/<name>@sha256:"),
        ("platform.yaml", "network: private", "network: ip-allow-list", "allowed private beside aks_serving, azure_ml"),
        ("prod.yaml", ", serving: 10.43.9.0/25", "", "allowed a subnet beside aks_serving"),
        ("prod.yaml", "10.43.9.0/25", "10.43.9.0/27", "allowed a /26 or larger"),
        ("prod.yaml", "10.43.9.0/25", "10.43.8.0/25", "allowed a range apart from"),
        ("prod.yaml", "nodes: {min: 2, max: 6}", "nodes: {min: 4, max: 3}", "allowed at least min, 4"),
        ("prod.yaml", "nodes: {min: 2", "nodes: {min: 1", "one may be removed at any time"),
        ("prod.yaml", "nodes: {min", "pod_range: 10.43.0.0/16\n  nodes: {min", "allowed a range apart from 10.43.0.0"),
        ("prod.yaml", 'version: "1.34"', "version: latest", "allowed a minor version that Azure offers"),
        ("prod.yaml", f"callers: [{GROUP}]", "callers: []", "is empty: name at least one"),
        ("prod.yaml", "    serving: {inference_table: true}\n", "", "given 'no served model'; allowed one at least"),
    ],
)
def test_a_mistake_is_named(switched: Path, file: str, old: str, new: str, expected: str) -> None:
    """Before anything is written."""
    edit(switched / file, old, new)
    with pytest.raises(SpecError, match=expected):
        load(switched)


def test_a_switch_that_nobody_uses_is_refused(workspaces: Path) -> None:
    """And so is the image that nothing is built on, and a subnet without its cluster."""
    platform = workspaces / "platform.yaml"
    platform.write_text(platform.read_text(encoding="utf-8") + "\naks_serving: true\n", encoding="utf-8")
    edit(workspaces / "prod.yaml", "endpoints: 10.43.8.0/26}", "endpoints: 10.43.8.0/26, serving: 10.43.9.0/25}")
    with pytest.raises(SpecError) as refused:
        load(workspaces)
    assert [each.setting for each in refused.value.problems] == [
        "serving_places",
        "aks_serving",
        "network.subnets.serving",
    ]


def test_releases_know_where_else_the_model_is_served(switched: Path) -> None:
    """The tasks that change what serves are told, and only those of an environment with such a place."""
    spec = load(switched)
    for environment in spec.environments:
        wanted = ["--other-places", "aks,azure-ml"] if environment.name == "prod" else []
        for job in declared_jobs(spec, environment, "credit", "0" * 40, (promotion, rollback)):
            for task in job.tasks:
                if isinstance(task, WheelTask) and task.key in ("serving", "rollback"):
                    given = list(task.parameters)
                    at = given.index("--other-places") if "--other-places" in given else len(given)
                    assert given[at : at + 2] == wanted
                elif isinstance(task, WheelTask):
                    assert "--other-places" not in task.parameters
