"""Routes for packets that leave a network."""

from dataclasses import dataclass

from infra.cdktf_seam import Resource, Scope, azurerm


@dataclass(frozen=True, kw_only=True)
class RouteTableProps:
    """`firewall_ip` is the private address of the hub's firewall."""

    name: str
    resource_group: str
    location: str
    firewall_ip: str


def route_table(scope: Scope, id_: str, props: RouteTableProps) -> Resource:
    """Everything without a more specific route goes to the firewall; routes from a gateway are ignored."""
    table = azurerm.route_table.RouteTable(
        scope,
        id_,
        name=props.name,
        resource_group_name=props.resource_group,
        location=props.location,
        bgp_route_propagation_enabled=False,
    )
    azurerm.route.Route(
        scope,
        f"{id_}-everything",
        name="everything-to-the-firewall",
        resource_group_name=props.resource_group,
        route_table_name=table.name,
        address_prefix="0.0.0.0/0",
        next_hop_type="VirtualAppliance",
        next_hop_in_ip_address=props.firewall_ip,
    )
    return table
