"""The network that all environments leave through, without its firewall."""

from dataclasses import dataclass

from infra.cdktf_seam import Resource, Scope, azurerm
from infra.constructs.network.firewall import firewall_ip
from infra.constructs.network.route_table import RouteTableProps, route_table
from infra.constructs.network.security_group import Inbound
from infra.constructs.network.subnet import SubnetProps, subnet
from infra.spec import Hub

_HTTPS = ("443",)


@dataclass(frozen=True, kw_only=True)
class HubNetworkProps:
    """`name` is the network's, and the prefix of the names of its parts."""

    name: str
    resource_group: str
    location: str
    hub: Hub


@dataclass(frozen=True, kw_only=True)
class HubNetworkOutputs:
    """The network, and the subnet for private endpoints."""

    vnet: Resource
    endpoint_subnet_id: str


def hub_network(scope: Scope, id_: str, props: HubNetworkProps) -> HubNetworkOutputs:
    """The network with a subnet for endpoints and one for the machines that plan and apply."""
    vnet = azurerm.virtual_network.VirtualNetwork(
        scope,
        id_,
        name=props.name,
        resource_group_name=props.resource_group,
        location=props.location,
        address_space=[props.hub.address_space],
    )
    parts = props.hub.subnets
    if parts.gateway:
        _gateway_subnet(scope, f"{id_}-gateway", vnet, parts.gateway)
    _runners(scope, f"{id_}-runners", props, vnet)
    who = Inbound(name="https", sources=(parts.runners, *props.hub.clients), ports=_HTTPS)
    endpoints = SubnetProps(
        vnet=vnet,
        name="endpoints",
        group_name=f"{props.name}-endpoints",
        address_range=parts.endpoints,
        inbound=(who,),
        endpoints=True,
    )
    return HubNetworkOutputs(vnet=vnet, endpoint_subnet_id=subnet(scope, f"{id_}-endpoints", endpoints).id)


def _runners(scope: Scope, id_: str, props: HubNetworkProps, vnet: Resource) -> None:
    """Runners poll for work, so they need no inbound connections."""
    routes = RouteTableProps(
        name=f"{props.name}-runners",
        resource_group=props.resource_group,
        location=props.location,
        firewall_ip=firewall_ip(props.hub),
    )
    runners = SubnetProps(
        vnet=vnet,
        name="runners",
        group_name=f"{props.name}-runners",
        address_range=props.hub.subnets.runners,
        inbound=(),
        routes=route_table(scope, f"{id_}-route-table", routes),
    )
    subnet(scope, id_, runners)


def _gateway_subnet(scope: Scope, id_: str, vnet: Resource, address_range: str) -> None:
    """Room for a VPN or ExpressRoute gateway. Azure requires this name, and refuses a security group on it."""
    azurerm.subnet.Subnet(
        scope,
        id_,
        name="GatewaySubnet",
        resource_group_name=vnet.resource_group_name,
        virtual_network_name=vnet.name,
        address_prefixes=[address_range],
    )
