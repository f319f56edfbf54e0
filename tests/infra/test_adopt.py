"""What exists already is read and checked, and nothing of it is made: docs/examples/adopted, synthesized."""

import json
from pathlib import Path
from typing import Any

import pytest

from infra.azure.network import longest_prefix
from infra.costs.estimate import estimate
from infra.costs.prices import read_prices
from infra.drawing import drawing
from infra.main import synth
from infra.spec import CONTAINERS, load
from infra.spec.values.adopt import AdoptedLocations
from infra.wheel import ROOT
from tests.infra.conftest import Documents, read_documents
from tests.infra.provider_schema import SCHEMAS, document_problems

EXAMPLE = ROOT / "docs" / "examples" / "adopted"
SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups"


@pytest.fixture(scope="module")
def adopted(tmp_path_factory: pytest.TempPathFactory) -> Documents:
    """The documents of the example, in which everything that can be adopted is."""
    folder = tmp_path_factory.mktemp("adopted")
    synth(folder, EXAMPLE)
    return read_documents(folder)


def _data(documents: Documents, stack: str) -> dict[str, dict[str, Any]]:
    return {
        f"{type_}.{name}": block
        for type_, blocks in documents[stack].get("data", {}).items()
        for name, block in blocks.items()
        if type_.startswith("azurerm_")
    }


def _conditions(documents: Documents, stack: str, address: str) -> list[str]:
    return [each["condition"] for each in _data(documents, stack)[address]["lifecycle"]["postcondition"]]


def test_nothing_adopted_is_made(adopted: Documents) -> None:
    """No stack holds a resource of a type that is adopted, so no plan makes, changes or destroys one."""
    types = {
        "azurerm_databricks_workspace",
        "azurerm_firewall",
        "azurerm_key_vault",
        "azurerm_key_vault_key",
        "azurerm_log_analytics_workspace",
        "azurerm_private_dns_zone",
        "azurerm_private_dns_zone_virtual_network_link",
        "azurerm_subnet",
        "azurerm_virtual_network",
        "azurerm_virtual_network_peering",
    }
    made = {(stack, type_) for stack in adopted for type_ in adopted[stack]["resource"] if type_ in types}
    assert made == set()
    # The state and the pipelines' identities have a group and an account of their own.
    assert list(adopted["bootstrap"]["resource"]["azurerm_resource_group"]) == ["group"]
    assert list(adopted["bootstrap"]["resource"]["azurerm_storage_account"]) == ["state"]
    assert "azurerm_resource_group" not in adopted["prod-platform"]["resource"]
    assert "azurerm_storage_account" not in adopted["prod-platform"]["resource"]


def test_adopted_things_get_no_lock_endpoint_log_or_policy(adopted: Documents) -> None:
    """Locks, private endpoints, diagnostics and life cycle are their owner's; roles and containers are ours."""
    assert set(adopted["prod-platform"]["resource"]) == {
        "azurerm_consumption_budget_subscription",
        "azurerm_databricks_access_connector",
        "azurerm_monitor_action_group",
        "azurerm_monitor_activity_log_alert",
        "azurerm_role_assignment",
        "azurerm_storage_container",
    }


def test_each_is_read_by_the_id_that_is_given(adopted: Documents) -> None:
    """Name and resource group come from the id."""
    found = {
        address: (block["name"], block.get("resource_group_name"))
        for address, block in _data(adopted, "prod-platform").items()
    }
    assert found == {
        "azurerm_databricks_workspace.workspace": ("risk", "risk"),
        "azurerm_key_vault.vault": ("risk-prod", "risk"),
        "azurerm_log_analytics_workspace.logs": ("risk", "logs"),
        "azurerm_resource_group.group": ("risk", None),
        "azurerm_storage_account.lake": ("risklake", "data"),
        "azurerm_subnet.network-container": ("databricks-container", "networks"),
        "azurerm_subnet.network-endpoints": ("endpoints", "networks"),
        "azurerm_subnet.network-host": ("databricks-host", "networks"),
        "azurerm_virtual_network.network": ("risk", "networks"),
    }
    shared = _data(adopted, "hub")
    assert {block["name"] for address, block in shared.items() if "dns_zone" in address} == {
        "privatelink.azuredatabricks.net",
        "privatelink.blob.core.windows.net",
        "privatelink.dfs.core.windows.net",
        "privatelink.queue.core.windows.net",
        "privatelink.vaultcore.azure.net",
    }
    assert shared["azurerm_firewall.firewall"]["name"] == "hub"


def test_each_is_checked_before_anything_is_made(adopted: Documents) -> None:
    """Every data source of what is adopted has conditions, and each message says what is there and what to do."""
    for stack in ("bootstrap", "hub", "prod-platform"):
        for address, block in _data(adopted, stack).items():
            rules = block["lifecycle"]["postcondition"]
            assert rules, address
            assert all("self." in rule["condition"] and ". " in rule["error_message"] for rule in rules)


@pytest.mark.parametrize(
    ("address", "condition"),
    [
        ("azurerm_virtual_network.network", '${self.location == "westeurope"}'),
        (
            "azurerm_virtual_network.network",
            f'${{contains([for id in values(self.vnet_peerings) : lower(id)], "{SUBSCRIPTION.lower()}/connectivity/'
            'providers/microsoft.network/virtualnetworks/hub")}',
        ),
        ("azurerm_subnet.network-host", '${self.network_security_group_id != ""}'),
        ("azurerm_subnet.network-container", '${self.route_table_id != ""}'),
        (
            "azurerm_subnet.network-endpoints",
            '${contains(["Enabled", "NetworkSecurityGroupEnabled"], self.private_endpoint_network_policies)}',
        ),
        ("azurerm_storage_account.lake", "${self.is_hns_enabled == true}"),
        ("azurerm_storage_account.lake", '${self.min_tls_version == "TLS1_2"}'),
        ("azurerm_key_vault.vault", '${self.sku_name == "premium"}'),
        ("azurerm_key_vault.vault", "${self.public_network_access_enabled == false}"),
        ("azurerm_key_vault.vault", "${self.purge_protection_enabled == true}"),
        ("azurerm_log_analytics_workspace.logs", "${self.retention_in_days >= 90}"),
        ("azurerm_databricks_workspace.workspace", '${self.workspace_id == "1000000000000003"}'),
        ("azurerm_databricks_workspace.workspace", "${self.custom_parameters[0].no_public_ip == true}"),
        (
            "azurerm_databricks_workspace.workspace",
            f'${{lower(self.custom_parameters[0].virtual_network_id) == "{SUBSCRIPTION.lower()}/networks/providers/'
            'microsoft.network/virtualnetworks/risk"}',
        ),
        ("azurerm_resource_group.group", '${self.location == "westeurope"}'),
    ],
)
def test_what_is_adopted_must_be_fit(adopted: Documents, address: str, condition: str) -> None:
    """Region, peering, guard, size, protocol, access and identity: a plan stops at what is not so."""
    assert condition in _conditions(adopted, "prod-platform", address)


def test_what_is_still_made_names_what_is_adopted(adopted: Documents) -> None:
    """Containers and roles lie in the adopted lake and vault, endpoints in the adopted subnet, all in the group."""
    made = adopted["prod-platform"]["resource"]
    lake = "${data.azurerm_storage_account.lake.id}"
    containers = made["azurerm_storage_container"]
    assert sorted(each["name"] for each in containers.values()) == ["bronze", "checkpoints", "silver"]
    assert {each["storage_account_id"] for each in containers.values()} == {lake}
    scopes = {name: each["scope"] for name, each in made["azurerm_role_assignment"].items()}
    assert scopes == {
        "connector-blob": lake,
        "connector-queue": lake,
        "connector-events": "${data.azurerm_resource_group.group.id}",
        "vault-secrets-reader": "${data.azurerm_key_vault.vault.id}",
    }
    [connector] = made["azurerm_databricks_access_connector"].values()
    assert connector["resource_group_name"] == "${data.azurerm_resource_group.group.name}"
    [endpoint] = adopted["hub"]["resource"]["azurerm_private_endpoint"].values()
    assert endpoint["subnet_id"] == "${data.azurerm_subnet.network-endpoints.id}"
    assert endpoint["private_dns_zone_group"]["private_dns_zone_ids"] == [
        "${data.azurerm_private_dns_zone.dns-blob.id}"
    ]


def test_other_stacks_find_the_adopted_things(adopted: Documents) -> None:
    """The secret scope names the adopted vault, and serverless compute gets a way to the adopted lake."""
    [scope] = adopted["prod-rights"]["resource"]["databricks_secret_scope"].values()
    assert scope["keyvault_metadata"] == {
        "resource_id": f"{SUBSCRIPTION}/risk/providers/Microsoft.KeyVault/vaults/risk-prod",
        "dns_name": "https://risk-prod.vault.azure.net/",
    }
    rules = adopted["account"]["resource"]["databricks_mws_ncc_private_endpoint_rule"].values()
    assert {rule["resource_id"] for rule in rules} == {
        f"{SUBSCRIPTION}/data/providers/Microsoft.Storage/storageAccounts/risklake"
    }


def test_catalog_and_locations_are_read(adopted: Documents) -> None:
    """No catalog and no binding of it is made; a schema lies in the catalog, and in its location if that is adopted."""
    stack = adopted["prod-workspace"]
    made, read = stack["resource"], stack["data"]
    assert "databricks_catalog" not in made
    assert {each["name"] for each in read["databricks_external_location"].values()} == {"risk-landing", "risk-gold"}
    urls = {each["url"] for each in made["databricks_external_location"].values()}
    assert urls == {f"abfss://{name}@risklake.dfs.core.windows.net/" for name in ("bronze", "silver", "checkpoints")}
    bound = {each["securable_type"] for each in made.get("databricks_workspace_binding", {}).values()}
    assert "catalog" not in bound
    schemas = {each["name"]: each for each in made["databricks_schema"].values()}
    assert {each["catalog_name"] for each in schemas.values()} == {"${data.databricks_catalog.catalog.name}"}
    url = '${trimsuffix(data.databricks_external_location.lake-gold-location.external_location_info[0].url, "/")}'
    assert schemas["credit_gold"]["storage_root"] == f"{url}/prod/credit_gold"
    assert "storage_root" not in schemas["credit_ops"]


def test_the_owner_of_an_adopted_catalog_keeps_the_grants(adopted: Documents) -> None:
    """`databricks_grants` would take away what it does not list: each of ours is added by itself, named after who."""
    made = adopted["prod-workspace"]["resource"]
    assert [name for name, each in made["databricks_grants"].items() if "catalog" in each] == []
    given = made["databricks_grant"]
    assert {"catalog-grant-analysts", "catalog-grant-prod-credit-training"} <= set(given)
    # One grant is all that a principal holds: it would take CREATE_SCHEMA and MANAGE, which the guide asks for, away.
    assert "catalog-grant-prod-owners" not in given
    assert {(each["catalog"], tuple(each["privileges"])) for each in given.values()} == {
        ("${data.databricks_catalog.catalog.name}", ("USE_CATALOG",))
    }


def test_the_catalog_and_the_locations_must_be_fit(adopted: Documents) -> None:
    """Isolated, of a kind that takes tables, with its own storage; in the adopted lake, writable, without fallback."""
    read = adopted["prod-workspace"]["data"]
    [catalog] = read["databricks_catalog"].values()
    assert [each["condition"] for each in catalog["lifecycle"]["postcondition"]] == [
        '${self.catalog_info[0].catalog_type == "MANAGED_CATALOG"}',
        '${self.catalog_info[0].isolation_mode == "ISOLATED"}',
        '${startswith(self.catalog_info[0].storage_root, "abfss://")}',
    ]
    url, host = "self.external_location_info[0].url", "@risklake.dfs.core.windows.net"
    for location in read["databricks_external_location"].values():
        assert [each["condition"] for each in location["lifecycle"]["postcondition"]] == [
            f'${{strcontains({url}, "{host}/") || endswith({url}, "{host}")}}',
            "${self.external_location_info[0].read_only != true}",
            "${self.external_location_info[0].fallback != true}",
            '${self.external_location_info[0].isolation_mode == "ISOLATION_MODE_ISOLATED"}',
        ]


def test_adopted_things_are_drawn_and_cost_nothing(adopted: Documents) -> None:
    """The drawing marks them; the estimate leaves them to their owner's bill."""
    text = drawing(adopted)
    assert ">catalog prod, adopted<" in text
    assert ">account risklake, adopted: " in text
    assert ">risk, adopted<" in text
    assert ">hub: network hub, adopted<" in text
    counted = {line.price.type: sum(line.counts.values()) for line in estimate(adopted, read_prices())}
    assert counted == {"azurerm_private_endpoint": 1}


def test_pipelines_join_every_group_of_the_hub(adopted: Documents) -> None:
    """Network, names and logs of another team lie in groups of their own, and the role holds in each of them."""
    made = adopted["bootstrap"]["resource"]
    others = [f"{SUBSCRIPTION}/{group}" for group in ("connectivity", "logs", "names")]
    [role] = made["azurerm_role_definition"].values()
    assert role["assignable_scopes"] == ["${data.azurerm_resource_group.hub-group.id}", *others]
    given = {name: each["scope"] for name, each in made["azurerm_role_assignment"].items() if "hub-tenant" in name}
    assert given == {
        "hub-tenant-prod": "${data.azurerm_resource_group.hub-group.id}",
        **{f"hub-tenant-prod-{scope.rpartition('/')[2]}": scope for scope in others},
    }


@pytest.mark.skipif(not SCHEMAS.is_dir(), reason=f"the providers' schemas are not at {SCHEMAS}")
def test_the_providers_know_everything_that_is_written(adopted: Documents) -> None:
    """Every argument and reference of the adopted shape, conditions included, exists in the pinned providers."""
    assert {stack: document_problems(document) for stack, document in adopted.items()} == {
        stack: [] for stack in adopted
    }


def test_a_made_network_leaves_by_an_adopted_hub(tmp_path: Path) -> None:
    """An environment with a network of its own is peered with the hub of another team and routed to its firewall."""
    workspaces = _example(tmp_path)
    text = (workspaces / "prod.yaml").read_text(encoding="utf-8")
    head, _, rest = text.partition("adopt:\n")
    tail = rest[rest.index("workspace:\n  url") :]
    network = (
        "network:\n  address_space: 10.43.0.0/20\n"
        "  subnets: {host: 10.43.0.0/22, container: 10.43.4.0/22, endpoints: 10.43.8.0/26}\n\n"
    )
    (workspaces / "prod.yaml").write_text(f"{head}{network}{tail}", encoding="utf-8")
    synth(tmp_path / "out", workspaces)
    made = read_documents(tmp_path / "out")["prod-platform"]
    [route] = made["resource"]["azurerm_route"].values()
    firewall = "${data.azurerm_firewall.hub-firewall.ip_configuration[0].private_ip_address}"
    assert route["next_hop_in_ip_address"] == firewall
    assert made["data"]["azurerm_firewall"]["hub-firewall"]["provider"] == "azurerm.hub"
    peerings = made["resource"]["azurerm_virtual_network_peering"]
    hub = f"{SUBSCRIPTION}/connectivity/providers/Microsoft.Network/virtualNetworks/hub"
    assert peerings["network-hub-to-hub"]["remote_virtual_network_id"] == hub
    assert peerings["network-hub-from-hub"]["resource_group_name"] == "connectivity"
    links = made["resource"]["azurerm_private_dns_zone_virtual_network_link"].values()
    assert {link["resource_group_name"] for link in links} == {"names"}


def test_the_largest_cluster_says_how_large_a_subnet_must_be() -> None:
    """Nine nodes fit a /26, the smallest that Databricks takes; a hundred workers need a /25."""
    [prod] = load(EXAMPLE).environments
    assert longest_prefix(prod) == 26
    size = prod.policies.cpu_autoscaling.size.model_copy(update={"max_workers": 100})
    policy = prod.policies.cpu_autoscaling.model_copy(update={"size": size})
    policies = prod.policies.model_copy(update={"cpu_autoscaling": policy})
    assert longest_prefix(prod.model_copy(update={"policies": policies})) == 25


def test_every_container_can_have_an_adopted_location() -> None:
    """The settings are the containers."""
    assert tuple(AdoptedLocations.model_fields) == CONTAINERS


def _example(tmp_path: Path) -> Path:
    copy = tmp_path / "workspaces"
    copy.mkdir()
    for file in EXAMPLE.glob("*.yaml"):
        (copy / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    return copy


def test_the_example_is_whole() -> None:
    """It adopts everything that can be adopted, so that this page of tests looks at all of it."""
    spec = load(EXAMPLE)
    [prod] = spec.environments
    assert [name for name, value in json.loads(prod.adopt.model_dump_json()).items() if not value] == []
    assert [name for name, value in json.loads(spec.platform.adopt.model_dump_json()).items() if not value] == []
