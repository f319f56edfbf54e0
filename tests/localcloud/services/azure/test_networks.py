"""Networks of Azure: ranges, rules, addresses, private endpoints and zones."""

from typing import Any

import pytest

from localcloud.services.azure import addresses
from tests.localcloud.services.azure.client import GROUP, WEST, Azure

NETWORK = f"{GROUP}/providers/Microsoft.Network"
VNET = f"{NETWORK}/virtualNetworks/mlops"
ZONE = f"{NETWORK}/privateDnsZones/privatelink.blob.core.windows.net"


def _vnet(azure: Azure, *prefixes: str) -> None:
    azure.put(VNET, {**WEST, "properties": {"addressSpace": {"addressPrefixes": list(prefixes)}, "subnets": []}})


def _subnet(azure: Azure, name: str, prefix: str, **other: Any) -> Any:
    return azure.put(f"{VNET}/subnets/{name}", {"properties": {"addressPrefix": prefix, **other}})


def test_a_network_shows_its_subnets_and_keeps_them(azure: Azure) -> None:
    """They are resources of their own: a PUT of the network without them changes nothing about them."""
    _vnet(azure, "10.40.0.0/22")
    made = _subnet(azure, "runners", "10.40.2.0/26")
    _vnet(azure, "10.40.0.0/22", "10.41.0.0/22")
    read = azure.get(VNET)
    assert read["properties"]["subnets"] == [made]
    # Whoever changes a network sends back what was read, subnets and all.
    assert azure.put(VNET, {**read, "tags": {"changed": "yes"}})["properties"]["subnets"] == [made]
    azure.ask("DELETE", VNET)
    assert azure.ask("GET", f"{VNET}/subnets/runners").status_code == 404


@pytest.mark.parametrize(
    ("prefix", "code"),
    [
        ("10.50.0.0/26", "NetcfgSubnetRangeOutsideVnet"),
        ("10.40.0.0/21", "NetcfgSubnetRangeOutsideVnet"),
        ("10.40.2.32/27", "NetcfgSubnetRangesOverlap"),
        ("10.40.2.1/26", "InvalidCIDRNotation"),
        ("", "SubnetWithNoAddressPrefix"),
    ],
)
def test_a_subnet_fits_into_its_network(azure: Azure, prefix: str, code: str) -> None:
    """Inside its space, apart from the others; replacing itself is no overlap."""
    _vnet(azure, "10.40.0.0/22")
    _subnet(azure, "runners", "10.40.2.0/26")
    _subnet(azure, "runners", "10.40.2.0/26")
    body = {"properties": {"addressPrefix": prefix}}
    assert azure.refused("PUT", f"{VNET}/subnets/other", body) == (400, code)


def test_what_a_subnet_refers_to_is_there(azure: Azure) -> None:
    """Its group and its table; they show the rules and routes in them."""
    _vnet(azure, "10.40.0.0/22")
    group, table = f"{NETWORK}/networkSecurityGroups/runners", f"{NETWORK}/routeTables/runners"
    body = {"properties": {"addressPrefix": "10.40.2.0/26", "networkSecurityGroup": {"id": group}}}
    assert azure.refused("PUT", f"{VNET}/subnets/runners", body) == (400, "InvalidResourceReference")
    azure.put(group, WEST)
    azure.put(table, WEST)
    azure.put(f"{VNET}/subnets/runners", body)
    rule = {"properties": {"priority": 4096, "direction": "Inbound", "access": "Deny"}}
    made = azure.put(f"{group}/securityRules/nobody", rule)
    assert azure.get(group)["properties"]["securityRules"] == [made]
    assert azure.refused("PUT", f"{group}/securityRules/again", rule) == (409, "SecurityRuleConflict")
    low = {"properties": rule["properties"] | {"priority": 99}}
    assert azure.refused("PUT", f"{group}/securityRules/low", low) == (400, "SecurityRuleInvalidPriority")
    route = azure.put(f"{table}/routes/all", {"properties": {"addressPrefix": "0.0.0.0/0", "nextHopType": "Internet"}})
    assert azure.get(table)["properties"]["routes"] == [route]


def test_a_firewall_has_the_first_free_address_of_its_subnet(azure: Azure) -> None:
    """Azure keeps four to itself; a public address is a number of its own."""
    _vnet(azure, "10.40.0.0/22")
    subnet = _subnet(azure, "AzureFirewallSubnet", "10.40.0.0/26")["id"]
    public = azure.put(
        f"{NETWORK}/publicIPAddresses/firewall", {**WEST, "properties": {"publicIPAllocationMethod": "Static"}}
    )
    assert public["properties"]["ipAddress"].startswith("20.")
    configuration = {
        "name": "default",
        "properties": {"subnet": {"id": subnet}, "publicIPAddress": {"id": public["id"]}},
    }
    made = azure.put(f"{NETWORK}/azureFirewalls/hub", {**WEST, "properties": {"ipConfigurations": [configuration]}})
    assert made["properties"]["ipConfigurations"][0]["properties"]["privateIPAddress"] == "10.40.0.4"


def test_private_endpoints_have_addresses_of_their_own(azure: Azure) -> None:
    """An interface each, approved at once; both go together."""
    _vnet(azure, "10.40.0.0/22")
    subnet = {"id": _subnet(azure, "endpoints", "10.40.1.0/28")["id"]}
    connection = {"name": "lake", "properties": {"groupIds": ["blob"], "privateLinkServiceId": f"{GROUP}/x"}}
    held = []
    for name in ("one", "two"):
        body = {**WEST, "properties": {"subnet": subnet, "privateLinkServiceConnections": [connection]}}
        made = azure.put(f"{NETWORK}/privateEndpoints/{name}", body)["properties"]
        state = made["privateLinkServiceConnections"][0]["properties"]["privateLinkServiceConnectionState"]
        assert state["status"] == "Approved"
        interface = azure.get(made["networkInterfaces"][0]["id"])
        held.append(interface["properties"]["ipConfigurations"][0]["properties"]["privateIPAddress"])
    assert held == ["10.40.1.4", "10.40.1.5"]
    azure.ask("DELETE", f"{NETWORK}/privateEndpoints/two")
    assert azure.ask("GET", f"{NETWORK}/networkInterfaces/two.nic").status_code == 404
    lost = {**WEST, "properties": {"subnet": {"id": f"{VNET}/subnets/none"}}}
    assert azure.refused("PUT", f"{NETWORK}/privateEndpoints/three", lost) == (400, "InvalidResourceReference")


def test_a_zone_has_its_record_and_links_networks_that_are_there(azure: Azure) -> None:
    """SOA from the start; an endpoint's group names zones that are there."""
    azure.put(ZONE, {"location": "global"})
    assert azure.get(f"{ZONE}/SOA/@")["properties"]["fqdn"] == "privatelink.blob.core.windows.net."
    link = {"location": "global", "properties": {"virtualNetwork": {"id": VNET}}}
    assert azure.refused("PUT", f"{ZONE}/virtualNetworkLinks/hub", link) == (400, "InvalidResourceReference")
    _vnet(azure, "10.40.0.0/22")
    made = azure.put(f"{ZONE}/virtualNetworkLinks/hub", link)
    assert made["properties"]["virtualNetworkLinkState"] == "Completed"
    peering = {"properties": {"remoteVirtualNetwork": {"id": VNET}}}
    assert azure.put(f"{VNET}/virtualNetworkPeerings/self", peering)["properties"]["peeringState"] == "Connected"


def test_addresses_run_out() -> None:
    """A /29 has three: Azure keeps five of its eight."""
    (subnet,) = addresses.networks(["10.0.0.0/29"])
    taken: list[str] = []
    while address := addresses.first_free(subnet, taken):
        taken.append(address)
    assert taken == ["10.0.0.4", "10.0.0.5", "10.0.0.6"]
