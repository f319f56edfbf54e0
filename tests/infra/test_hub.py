"""The network between the environments and the world: one way out, no way in, and names for what is private."""

from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

import pytest

from infra import azure_names
from infra.spec import load
from tests.infra.conftest import Documents, edit
from tests.infra.networks import network_documents, networks_of, to_ip_allow_list
from tests.infra.provider_schema import SCHEMAS, document_problems

ENVIRONMENTS = ("dev", "prod", "staging")
SPOKES = {"10.41.0.0/20", "10.42.0.0/20", "10.43.0.0/20"}
RUNNERS = "10.40.2.0/26"


@pytest.fixture
def documents(documents: Documents) -> Documents:
    """The stacks of the shipped workspaces that make networks."""
    return networks_of(documents)


@pytest.fixture
def listed(workspaces: Path, tmp_path: Path) -> Documents:
    """The networks in the profile without a hub."""
    to_ip_allow_list(workspaces)
    return network_documents(load(workspaces), tmp_path / "out")


def _all(documents: Documents, stack: str, type_: str) -> dict[str, dict[str, Any]]:
    return dict(documents[stack]["resource"].get(type_, {}))


def _one(documents: Documents, stack: str, type_: str) -> dict[str, Any]:
    [found] = _all(documents, stack, type_).values()
    return found


def _label(reference: str) -> str:
    """`x` of `${type.x.attribute}`."""
    return reference.split(".")[1]


def test_who_may_open_a_connection(documents: Documents) -> None:
    """Of each subnet: its rules by who is let in and where; nothing of the internet, and at the end nobody."""
    for stack in ("hub", "prod-platform"):
        rules = _all(documents, stack, "azurerm_network_security_rule").values()
        found = {
            (_label(rule["network_security_group_name"]), rule["name"]): (
                rule["access"],
                tuple(rule.get("source_address_prefixes", (rule.get("source_address_prefix"),))),
                tuple(rule.get("destination_port_ranges", (rule.get("destination_port_range"),))),
            )
            for rule in rules
            if rule["direction"] == "Inbound"
        }
        assert found == INBOUND[stack]
        last = {rule["priority"] for rule in rules if rule["access"] == "Deny"}
        assert last == {4096}


_NOBODY = ("Deny", ("*",), ("*",))
_PROD_NODES = ("10.43.0.0/22", "10.43.4.0/22")
INBOUND = {
    "hub": {
        ("network-runners-security", "nobody-else"): _NOBODY,
        ("network-endpoints-security", "https"): ("Allow", (RUNNERS,), ("443",)),
        ("network-endpoints-security", "nobody-else"): _NOBODY,
    },
    "prod-platform": {
        ("network-host-security", "nodes"): ("Allow", _PROD_NODES, ("*",)),
        ("network-host-security", "nobody-else"): _NOBODY,
        ("network-container-security", "nodes"): ("Allow", _PROD_NODES, ("*",)),
        ("network-container-security", "nobody-else"): _NOBODY,
        ("network-endpoints-security", "nodes"): ("Allow", _PROD_NODES, ("443", "3306", "6666", "8443-8451")),
        ("network-endpoints-security", "https"): ("Allow", (RUNNERS,), ("443",)),
        ("network-endpoints-security", "nobody-else"): _NOBODY,
    },
}


def test_every_subnet_is_guarded(documents: Documents) -> None:
    """Each has a security group of its own and no way out by default; Azure allows none on the firewall's."""
    for stack in documents:
        subnets = _all(documents, stack, "azurerm_subnet")
        groups = _all(documents, stack, "azurerm_subnet_network_security_group_association").values()
        guarded = {_label(entry["subnet_id"]): _label(entry["network_security_group_id"]) for entry in groups}
        assert set(guarded) == set(subnets) - {"firewall-subnet"}
        assert len(set(guarded.values())) == len(guarded)
        assert {subnet["default_outbound_access_enabled"] for subnet in subnets.values()} == {False}


def test_everything_leaves_by_the_firewall(documents: Documents) -> None:
    """Clusters and runners have one route, to the firewall, and no gateway can announce another."""
    routed = {"hub": {"network-runners"}} | {
        f"{name}-platform": {"network-host", "network-container"} for name in ENVIRONMENTS
    }
    for stack, subnets in routed.items():
        table = _one(documents, stack, "azurerm_route_table")
        route = _one(documents, stack, "azurerm_route")
        assert table["bgp_route_propagation_enabled"] is False
        assert (route["address_prefix"], route["next_hop_type"]) == ("0.0.0.0/0", "VirtualAppliance")
        assert route["next_hop_in_ip_address"] == "10.40.0.4"
        joined = _all(documents, stack, "azurerm_subnet_route_table_association").values()
        assert {_label(entry["subnet_id"]) for entry in joined} == subnets
        assert "azurerm_nat_gateway" not in documents[stack]["resource"]


def test_the_firewall_is_where_the_routes_lead(documents: Documents) -> None:
    """Azure gives it the first address that it does not keep; a deployment fails where it did not."""
    made = _one(documents, "hub", "azurerm_firewall")
    [condition] = made["lifecycle"]["postcondition"]
    assert condition["condition"] == '${self.ip_configuration[0].private_ip_address == "10.40.0.4"}'
    subnet = _all(documents, "hub", "azurerm_subnet")["firewall-subnet"]
    assert subnet["name"] == "AzureFirewallSubnet"
    assert str(IPv4Network(subnet["address_prefixes"][0])[4]) == "10.40.0.4"


def _rules(documents: Documents) -> dict[str, dict[str, Any]]:
    group = _one(documents, "hub", "azurerm_firewall_policy_rule_collection_group")
    assert not {"nat_rule_collection", "network_rule_collection"} & set(group)
    [collection] = group["application_rule_collection"]
    assert collection["action"] == "Allow"
    return {rule["name"]: rule for rule in collection["rule"]}


def test_only_named_hosts_are_reached(documents: Documents) -> None:
    """Clusters reach Databricks' own storage and packages, runners what they deploy with, each by TLS; nothing else."""
    rules = _rules(documents)
    assert {name: set(rule["source_addresses"]) for name, rule in rules.items()} == {
        "databricks": SPOKES,
        "telemetry": SPOKES,
        "internet": SPOKES,
        "runners": {RUNNERS},
    }
    assert {name: rule["protocols"] for name, rule in rules.items()} == {
        "databricks": [{"type": "Https", "port": 443}],
        "telemetry": [{"type": "Https", "port": 9093}],
        "internet": [{"type": "Https", "port": 443}],
        "runners": [{"type": "Https", "port": 443}],
    }
    assert rules["internet"]["destination_fqdns"] == ["pypi.org", "files.pythonhosted.org"]
    hosts = [host for rule in rules.values() for host in rule["destination_fqdns"]]
    # A whole service of Azure would let data out to anybody's account in it.
    assert not [host for host in hosts if host.startswith("*.") and host.endswith(".windows.net")]


def test_what_is_known_to_be_bad_is_refused(documents: Documents) -> None:
    """Known addresses and known attacks are stopped, not only logged."""
    policy = _one(documents, "hub", "azurerm_firewall_policy")
    made = _one(documents, "hub", "azurerm_firewall")
    assert policy["threat_intelligence_mode"] == "Deny"
    assert policy["intrusion_detection"] == {"mode": "Deny"}
    assert policy["sku"] == made["sku_tier"] == "Premium"
    # By the rules, so that the firewall never stands without them.
    rules = "azurerm_firewall_policy_rule_collection_group.firewall-policy-rules"
    assert made["firewall_policy_id"] == f"${{{rules}.firewall_policy_id}}"


def test_the_firewall_writes_logs(documents: Documents) -> None:
    """All its logs lie in the hub's Log Analytics for as long as platform.yaml says, which no key opens."""
    setting = _all(documents, "hub", "azurerm_monitor_diagnostic_setting")["firewall-logs"]
    assert setting["target_resource_id"] == "${azurerm_firewall.firewall.id}"
    assert setting["enabled_log"] == [{"category_group": "allLogs"}]
    logs = _one(documents, "hub", "azurerm_log_analytics_workspace")
    assert setting["log_analytics_workspace_id"] == "${azurerm_log_analytics_workspace.logs.id}"
    assert logs["retention_in_days"] == 90
    assert (logs["local_authentication_enabled"], logs["internet_ingestion_enabled"]) == (False, False)


def test_every_network_finds_private_names(documents: Documents) -> None:
    """The zones lie in the hub once; its network and every environment's is linked to each."""
    zones = {zone["name"] for zone in _all(documents, "hub", "azurerm_private_dns_zone").values()}
    assert zones == set(azure_names.DNS_ZONES.values())
    for stack in documents:
        links = _all(documents, stack, "azurerm_private_dns_zone_virtual_network_link").values()
        # In the hub by reference, elsewhere by name.
        linked = {
            _all(documents, stack, "azurerm_private_dns_zone")[_label(link["private_dns_zone_name"])]["name"]
            if stack == "hub"
            else link["private_dns_zone_name"]
            for link in links
        }
        assert linked == zones
        assert {link["registration_enabled"] for link in links} == {False}
        assert {link["virtual_network_id"] for link in links} == {"${azurerm_virtual_network.network.id}"}
        assert {link.get("provider") for link in links} == ({None} if stack == "hub" else {"azurerm.hub"})


def test_networks_meet_only_in_the_hub(documents: Documents) -> None:
    """Each environment is peered with the hub, both ways, and with no other environment."""
    hub = azure_names.hub_vnet_id("00000000-0000-0000-0000-000000000001", "mlops")
    for name in ENVIRONMENTS:
        peerings = _all(documents, f"{name}-platform", "azurerm_virtual_network_peering")
        assert {peering["remote_virtual_network_id"] for peering in peerings.values()} == {
            hub,
            "${azurerm_virtual_network.network.id}",
        }
        outward, back = peerings["network-hub-from-hub"], peerings["network-hub-to-hub"]
        assert (outward["provider"], outward["virtual_network_name"]) == ("azurerm.hub", "mlops-hub")
        # Answers of the internet come back through the firewall; the hub takes nothing that was passed on.
        assert (back["allow_forwarded_traffic"], outward.get("allow_forwarded_traffic", False)) == (True, False)


def test_clusters_are_injected(documents: Documents) -> None:
    """Both halves are handed to Databricks, and see storage and vaults by private endpoints alone."""
    for name in ENVIRONMENTS:
        subnets = _all(documents, f"{name}-platform", "azurerm_subnet")
        for half in ("host", "container"):
            [delegation] = subnets[f"network-{half}"]["delegation"]
            assert delegation["service_delegation"]["name"] == "Microsoft.Databricks/workspaces"
            assert "service_endpoints" not in subnets[f"network-{half}"]
        assert subnets["network-endpoints"]["private_endpoint_network_policies"] == "NetworkSecurityGroupEnabled"


def test_what_has_an_endpoint_can_be_reached_at_once(documents: Documents) -> None:
    """The peering comes before the subnet, and a security group counts once it has all its rules.

    Else the apply that makes a vault could not make the keys in it.
    """
    endpoints = _all(documents, "prod-platform", "azurerm_subnet")["network-endpoints"]
    assert endpoints["depends_on"] == ["azurerm_virtual_network_peering.network-hub-to-hub"]
    type_ = "azurerm_subnet_network_security_group_association"
    association = _all(documents, "prod-platform", type_)["network-endpoints-security-association"]
    assert set(association["depends_on"]) == {
        f"azurerm_network_security_rule.network-endpoints-security-{name}" for name in ("nodes", "https", "nobody-else")
    }


def test_the_state_is_private(documents: Documents) -> None:
    """The state's account has an endpoint in the hub, with its name in the zone of blobs."""
    endpoint = _one(documents, "hub", "azurerm_private_endpoint")
    connection = endpoint["private_service_connection"]
    assert connection["private_connection_resource_id"].endswith("/storageAccounts/mlopsterraformstate")
    assert (connection["subresource_names"], connection["is_manual_connection"]) == (["blob"], False)
    zone = _label(endpoint["private_dns_zone_group"]["private_dns_zone_ids"][0])
    assert _all(documents, "hub", "azurerm_private_dns_zone")[zone]["name"] == "privatelink.blob.core.windows.net"


def test_one_public_address(documents: Documents) -> None:
    """The only address that the internet sees is the firewall's, by which things leave."""
    found = {stack: set(_all(documents, stack, "azurerm_public_ip")) for stack in documents}
    assert found == {"hub": {"firewall-ip"}} | {f"{name}-platform": set() for name in ENVIRONMENTS}


def test_the_cheaper_firewall_cannot_look_into_packets(workspaces: Path, tmp_path: Path) -> None:
    """Standard is a choice by name: it keeps the rules and the refusal of known addresses."""
    edit(
        workspaces / "platform.yaml",
        "  browser_sign_in: prod\n",
        "  browser_sign_in: prod\n  firewall_tier: Standard\n",
    )
    documents = network_documents(load(workspaces), tmp_path / "out")
    policy = _one(documents, "hub", "azurerm_firewall_policy")
    assert (policy["sku"], policy["threat_intelligence_mode"]) == ("Standard", "Deny")
    assert "intrusion_detection" not in policy


def test_people_come_by_the_gateway(workspaces: Path, tmp_path: Path) -> None:
    """With a gateway, the environments use the hub's, and the named networks reach the endpoints by HTTPS."""
    edit(workspaces / "platform.yaml", "runners: 10.40.2.0/26}", "runners: 10.40.2.0/26, gateway: 10.40.3.0/27}")
    edit(
        workspaces / "platform.yaml", "  browser_sign_in: prod\n", "  browser_sign_in: prod\n  clients: [10.0.0.0/16]\n"
    )
    documents = network_documents(load(workspaces), tmp_path / "out")
    assert _all(documents, "hub", "azurerm_subnet")["network-gateway"]["name"] == "GatewaySubnet"
    peerings = _all(documents, "prod-platform", "azurerm_virtual_network_peering")
    assert peerings["network-hub-from-hub"]["allow_gateway_transit"] is True
    assert peerings["network-hub-to-hub"]["use_remote_gateways"] is True
    for stack in ("hub", "prod-platform"):
        rule = _all(documents, stack, "azurerm_network_security_rule")["network-endpoints-security-https"]
        assert rule["source_address_prefixes"] == [RUNNERS, "10.0.0.0/16"]


def test_without_a_hub_clusters_leave_by_one_known_address(listed: Documents) -> None:
    """No hub, no endpoints: a NAT gateway leads out, and storage and vaults know the subnets by service endpoints."""
    assert set(listed) == {f"{name}-platform" for name in ENVIRONMENTS}
    for stack in listed:
        subnets = _all(listed, stack, "azurerm_subnet")
        assert set(subnets) == {"network-host", "network-container"}
        for subnet in subnets.values():
            assert subnet["service_endpoints"] == ["Microsoft.KeyVault", "Microsoft.Storage"]
            assert subnet["delegation"][0]["service_delegation"]["name"] == "Microsoft.Databricks/workspaces"
        leaving = _all(listed, stack, "azurerm_subnet_nat_gateway_association").values()
        assert {_label(entry["subnet_id"]) for entry in leaving} == set(subnets)
        assert set(_all(listed, stack, "azurerm_public_ip")) == {"network-nat-ip"}
        rules = _all(listed, stack, "azurerm_network_security_rule").values()
        assert {rule["name"] for rule in rules} == {"nodes", "nobody-else"}
        assert not {"azurerm_virtual_network_peering", "azurerm_route"} & set(listed[stack]["resource"])


@pytest.mark.skipif(not SCHEMAS.is_dir(), reason="the providers' schemas are not beside the checkout")
def test_both_profiles_fit_the_providers_schema(documents: Documents, listed: Documents) -> None:
    """No unknown, missing, misplaced or deprecated argument, and every reference resolves inside its stack."""
    for profile in (documents, listed):
        assert {stack: document_problems(document) for stack, document in profile.items()} == {
            stack: [] for stack in profile
        }
