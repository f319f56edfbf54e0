"""A way out without a firewall: one fixed address for a whole network."""

from collections.abc import Mapping
from dataclasses import dataclass

from infra.cdktf_seam import Scope, azurerm


@dataclass(frozen=True, kw_only=True)
class NatGatewayProps:
    """`subnets` are the ids, by name, of the subnets that use it."""

    name: str
    resource_group: str
    location: str
    subnets: Mapping[str, str]


def nat_gateway(scope: Scope, id_: str, props: NatGatewayProps) -> None:
    """Lets connections out and none in. Machines without a public address have no other way to the internet."""
    place = {"resource_group_name": props.resource_group, "location": props.location}
    address = azurerm.public_ip.PublicIp(
        scope, f"{id_}-ip", name=f"{props.name}-nat", allocation_method="Static", sku="Standard", **place
    )
    gateway = azurerm.nat_gateway.NatGateway(scope, id_, name=props.name, sku_name="Standard", **place)
    azurerm.nat_gateway_public_ip_association.NatGatewayPublicIpAssociation(
        scope, f"{id_}-ip-association", nat_gateway_id=gateway.id, public_ip_address_id=address.id
    )
    for name, subnet_id in props.subnets.items():
        azurerm.subnet_nat_gateway_association.SubnetNatGatewayAssociation(
            scope, f"{id_}-{name}", subnet_id=subnet_id, nat_gateway_id=gateway.id
        )
