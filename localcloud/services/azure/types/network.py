"""Virtual networks and their resources, firewalls, public addresses. `private.py` has private endpoints."""

from ipaddress import IPv4Network
from typing import Any

from localcloud.kernel.cloud import Cloud
from localcloud.services.azure import addresses, resources
from localcloud.services.azure.errors import conflict, invalid
from localcloud.services.azure.ids import ResourceId
from localcloud.services.azure.kinds import Kind, Resource, View, made_up, properties
from localcloud.services.azure.types import private

_NETWORK = "Microsoft.Network"
_NAME = r"[A-Za-z0-9](?:[\w.-]{0,78}[\w])?"


def _holding(**lists: str) -> View:
    """Lists the child resources in properties of their parent, as Azure does: by property, the type."""

    def view(cloud: Cloud, resource_id: ResourceId, resource: Resource) -> Resource:
        inside = {name: _shown(cloud, resource_id, type_) for name, type_ in lists.items()}
        return {**resource, "properties": {**resource["properties"], **inside}}

    return view


def _shown(cloud: Cloud, parent: ResourceId, type_: str) -> list[Resource]:
    return [resources.get(cloud, ResourceId(each["id"])) for each in resources.children(cloud, parent, type_)]


def _ranges(prefixes: Any, what: str) -> list[IPv4Network]:
    try:
        return addresses.networks(prefixes)
    except ValueError as error:
        raise invalid("InvalidCIDRNotation", f"{what}: {error}.") from error


def _prefixes(subnet: Resource) -> list[str]:
    own = subnet.get("properties", {})
    return own.get("addressPrefixes") or ([own["addressPrefix"]] if own.get("addressPrefix") else [])


def _network(_: Cloud, resource_id: ResourceId, resource: Resource) -> None:
    """Check its address ranges."""
    _ranges((properties(resource).get("addressSpace") or {}).get("addressPrefixes") or [], resource_id.path)


def _with_subnets(cloud: Cloud, resource_id: ResourceId, resource: Resource) -> None:
    """Store the listed subnets, because clients send back the network that they read. Omitted ones stay."""
    own = properties(resource)
    listed = own.pop("subnets", None) or []
    own.pop("virtualNetworkPeerings", None)
    resources.keep(cloud, resource)
    for each in listed:
        resources.put(cloud, resource_id.child("subnets", each["name"]), {"properties": each.get("properties") or {}})


def _subnet(cloud: Cloud, resource_id: ResourceId, resource: Resource) -> None:
    """Check that it lies in the network's range without overlap, and that its group, route table and gateway exist."""
    network = resources.get(cloud, resource_id.parent)
    own = _ranges(_prefixes(resource), resource_id.path)
    if not own:
        raise invalid("SubnetWithNoAddressPrefix", f"{resource_id.path} has no addressPrefix.")
    space = _ranges(network["properties"]["addressSpace"]["addressPrefixes"], network["id"])
    if beyond := addresses.outside(own, space):
        raise invalid("NetcfgSubnetRangeOutsideVnet", f"{beyond[0]} is outside {', '.join(map(str, space))}.")
    for other in resources.children(cloud, resource_id.parent, f"{_NETWORK}/virtualNetworks/subnets"):
        shared = addresses.overlapping(own, _ranges(_prefixes(other), other["id"]))
        if shared and other["name"].lower() != resource_id.name.lower():
            raise invalid("NetcfgSubnetRangesOverlap", f"{shared[0]} overlaps with subnet '{other['name']}'.")
    for name in ("networkSecurityGroup", "routeTable", "natGateway"):
        _require(cloud, properties(resource).get(name))


def _require(cloud: Cloud, reference: Any) -> None:
    """Raise `AzureError` 400 if a reference names a missing resource."""
    if reference and resources.find(cloud, ResourceId(reference["id"])) is None:
        message = f"Resource {reference['id']} referenced by the request was not found."
        raise invalid("InvalidResourceReference", message)


def _rule(cloud: Cloud, resource_id: ResourceId, resource: Resource) -> None:
    """Check that no two rules of a group have the same priority in a direction."""
    own = properties(resource)
    priority = own.get("priority")
    if not isinstance(priority, int) or not 100 <= priority <= 4096:
        raise invalid("SecurityRuleInvalidPriority", f"priority {priority!r} is outside 100..4096.")
    for other in resources.children(cloud, resource_id.parent, f"{_NETWORK}/networkSecurityGroups/securityRules"):
        held = other["properties"]
        same = (held["priority"], held["direction"]) == (priority, own.get("direction"))
        if same and other["name"] != resource_id.name:
            raise conflict("SecurityRuleConflict", f"Rule {other['name']} has priority {priority} already.")


def _public_address(_: Cloud, resource_id: ResourceId, resource: Resource) -> None:
    own = properties(resource)
    if own.get("publicIPAllocationMethod") == "Static":
        number = int(made_up(resource_id.path)[:4], 16)
        own["ipAddress"] = f"20.{number % 64 + 64}.{number // 256}.{number % 256}"


def _firewall(cloud: Cloud, _: ResourceId, resource: Resource) -> None:
    """Its first address is the first free one of its subnet."""
    for configuration in properties(resource).get("ipConfigurations") or []:
        own = configuration["properties"]
        _require(cloud, own.get("subnet"))
        if own.get("subnet"):
            subnet = resources.get(cloud, ResourceId(own["subnet"]["id"]))
            own["privateIPAddress"] = addresses.first_free(_ranges(_prefixes(subnet), subnet["id"])[0], ())


def _peering(cloud: Cloud, _: ResourceId, resource: Resource) -> None:
    own = properties(resource)
    _require(cloud, own.get("remoteVirtualNetwork"))
    own["peeringState"] = "Connected"


_SUBNETS = _holding(
    subnets=f"{_NETWORK}/virtualNetworks/subnets",
    virtualNetworkPeerings=f"{_NETWORK}/virtualNetworks/virtualNetworkPeerings",
)
_PLAIN = Kind(name=_NAME, located=True, polled=True)
_INSIDE = Kind(name=_NAME, polled=True)

KINDS = {
    "virtualNetworks": Kind(
        name=_NAME, located=True, polled=True, check=_network, complete=_with_subnets, view=_SUBNETS
    ),
    "virtualNetworks/subnets": Kind(name=_NAME, polled=True, check=_subnet),
    "virtualNetworks/virtualNetworkPeerings": Kind(
        name=_NAME, polled=True, output=("peeringState",), complete=_peering
    ),
    "networkSecurityGroups": Kind(
        name=_NAME,
        located=True,
        polled=True,
        view=_holding(securityRules=f"{_NETWORK}/networkSecurityGroups/securityRules"),
    ),
    "networkSecurityGroups/securityRules": Kind(name=_NAME, polled=True, check=_rule),
    "routeTables": Kind(name=_NAME, located=True, polled=True, view=_holding(routes=f"{_NETWORK}/routeTables/routes")),
    "routeTables/routes": _INSIDE,
    "natGateways": _PLAIN,
    "publicIPAddresses": Kind(name=_NAME, located=True, polled=True, output=("ipAddress",), complete=_public_address),
    "firewallPolicies": _PLAIN,
    "firewallPolicies/ruleCollectionGroups": _INSIDE,
    "azureFirewalls": Kind(name=_NAME, located=True, polled=True, complete=_firewall),
    **private.KINDS,
}
