"""Opening the network makes a named test fail: each weakening here meets the test that guards against it."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from tests.infra import test_hub
from tests.infra.conftest import Documents
from tests.infra.networks import networks_of

Resources = dict[str, dict[str, Any]]
Change = Callable[[Resources], None]


@pytest.fixture
def documents(documents: Documents) -> Documents:
    """The stacks of the shipped workspaces that make networks."""
    return networks_of(documents)


def _with(type_: str, label: str, **arguments: object) -> Change:
    """A change of arguments of one resource."""

    def change(resources: Resources) -> None:
        resources[type_][label].update(arguments)

    return change


def _added(type_: str, label: str, **arguments: object) -> Change:
    """A resource that nobody declared; a copy of the first of its type, but for `arguments`."""

    def change(resources: Resources) -> None:
        like = next(iter(resources.get(type_, {}).values()), {})
        resources.setdefault(type_, {})[label] = deepcopy(like) | arguments

    return change


def _removed(type_: str, name: str) -> Change:
    return lambda resources: resources[type_].pop(name) and None


def _rule(name: str, **arguments: object) -> Change:
    """A firewall rule with other arguments."""

    def change(resources: Resources) -> None:
        group = resources["azurerm_firewall_policy_rule_collection_group"]["firewall-policy-rules"]
        rules = group["application_rule_collection"][0]["rule"]
        next(rule for rule in rules if rule["name"] == name).update(arguments)

    return change


_SECURITY, _SUBNET = "azurerm_network_security_rule", "azurerm_subnet"
_NSG = "azurerm_subnet_network_security_group_association"
_POLICY = "azurerm_firewall_policy"

WEAKENINGS: dict[str, tuple[str, Change, Callable[[Documents], None]]] = {
    "the internet reaches the nodes": (
        "prod-platform",
        _with(_SECURITY, "network-host-security-nodes", source_address_prefixes=["0.0.0.0/0"]),
        test_hub.test_who_may_open_a_connection,
    ),
    "other networks reach the endpoints": (
        "prod-platform",
        _removed(_SECURITY, "network-endpoints-security-nobody-else"),
        test_hub.test_who_may_open_a_connection,
    ),
    "runners are logged in to": (
        "hub",
        _added(_SECURITY, "ssh", name="ssh", access="Allow", destination_port_range="22"),
        test_hub.test_who_may_open_a_connection,
    ),
    "a subnet has no security group": (
        "prod-platform",
        _removed(_NSG, "network-endpoints-security-association"),
        test_hub.test_every_subnet_is_guarded,
    ),
    "nodes have a way out of their own": (
        "prod-platform",
        _with(_SUBNET, "network-container", default_outbound_access_enabled=True),
        test_hub.test_every_subnet_is_guarded,
    ),
    "nodes go round the firewall": (
        "prod-platform",
        _with("azurerm_route", "network-route-table-everything", next_hop_type="Internet"),
        test_hub.test_everything_leaves_by_the_firewall,
    ),
    "a subnet is not routed": (
        "prod-platform",
        _removed("azurerm_subnet_route_table_association", "network-host-routes"),
        test_hub.test_everything_leaves_by_the_firewall,
    ),
    "a gateway announces other routes": (
        "dev-platform",
        _with("azurerm_route_table", "network-route-table", bgp_route_propagation_enabled=True),
        test_hub.test_everything_leaves_by_the_firewall,
    ),
    "nobody checks where the firewall is": (
        "hub",
        _with("azurerm_firewall", "firewall", lifecycle={"postcondition": [{"condition": "${true}"}]}),
        test_hub.test_the_firewall_is_where_the_routes_lead,
    ),
    "clusters reach every storage account": (
        "hub",
        _rule("databricks", destination_fqdns=["*.blob.core.windows.net"]),
        test_hub.test_only_named_hosts_are_reached,
    ),
    "clusters reach what runners do": (
        "hub",
        _rule("runners", source_addresses=["*"]),
        test_hub.test_only_named_hosts_are_reached,
    ),
    "plain text is let out": (
        "hub",
        _rule("internet", protocols=[{"type": "Http", "port": 80}]),
        test_hub.test_only_named_hosts_are_reached,
    ),
    "attacks are only logged": (
        "hub",
        _with(_POLICY, "firewall-policy", intrusion_detection={"mode": "Alert"}),
        test_hub.test_what_is_known_to_be_bad_is_refused,
    ),
    "bad addresses are only logged": (
        "hub",
        _with(_POLICY, "firewall-policy", threat_intelligence_mode="Alert"),
        test_hub.test_what_is_known_to_be_bad_is_refused,
    ),
    "a key opens the logs": (
        "hub",
        _with("azurerm_log_analytics_workspace", "logs", local_authentication_enabled=True),
        test_hub.test_the_firewall_writes_logs,
    ),
    "an environment does not find a private name": (
        "staging-platform",
        _removed("azurerm_private_dns_zone_virtual_network_link", "network-hub-dns-vaultcore"),
        test_hub.test_every_network_finds_private_names,
    ),
    "dev meets prod": (
        "dev-platform",
        _added("azurerm_virtual_network_peering", "to-prod", remote_virtual_network_id="/subscriptions/x/prod"),
        test_hub.test_networks_meet_only_in_the_hub,
    ),
    "the hub takes what was passed on": (
        "dev-platform",
        _with("azurerm_virtual_network_peering", "network-hub-from-hub", allow_forwarded_traffic=True),
        test_hub.test_networks_meet_only_in_the_hub,
    ),
    "security groups pass endpoints over": (
        "prod-platform",
        _with(_SUBNET, "network-endpoints", private_endpoint_network_policies="Disabled"),
        test_hub.test_clusters_are_injected,
    ),
    "the state is found at its public address": (
        "hub",
        lambda resources: resources["azurerm_private_endpoint"]["state"].update(
            private_dns_zone_group={"private_dns_zone_ids": ["${azurerm_private_dns_zone.dns-dfs.id}"]}
        ),
        test_hub.test_the_state_is_private,
    ),
    "a network has a public address": (
        "prod-platform",
        _added("azurerm_public_ip", "bastion"),
        test_hub.test_one_public_address,
    ),
}


@pytest.mark.parametrize("weakening", WEAKENINGS)
def test_a_weakening_fails_its_guard(documents: Documents, weakening: str) -> None:
    """The guard passes on what is shipped, and fails once the network is open."""
    stack, change, guard = WEAKENINGS[weakening]
    guard(documents)
    weakened = deepcopy(documents)
    change(weakened[stack]["resource"])
    with pytest.raises(AssertionError):
        guard(weakened)
