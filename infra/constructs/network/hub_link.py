"""Connects an environment's network and the hub's."""

from dataclasses import dataclass

from infra import azure_names
from infra.azure_ids import parsed
from infra.cdktf_seam import Resource, Scope, azurerm
from infra.constructs.network.private_dns import DnsLinkProps, dns_link, zone_id
from infra.spec import SharedPlaces


@dataclass(frozen=True, kw_only=True)
class HubLinkProps:
    """`vnet` is the environment's network; `provider` is the hub's, which may be in another subscription."""

    environment: str
    shared: SharedPlaces
    vnet: Resource
    gateway: bool
    provider: Resource


def hub_link(scope: Scope, id_: str, props: HubLinkProps) -> Resource:
    """Peers the two networks in both directions, and lets the environment's resolve all private endpoints.

    Returns the second peering: after it, the hub's machines can reach resources in the network.
    """
    hub = parsed(props.shared.hub_vnet_id)
    peering = azurerm.virtual_network_peering.VirtualNetworkPeering
    outward = peering(
        scope,
        f"{id_}-from-hub",
        provider=props.provider,
        name=props.environment,
        resource_group_name=hub.group,
        virtual_network_name=hub.name,
        remote_virtual_network_id=props.vnet.id,
        allow_gateway_transit=props.gateway,
    )
    inward = peering(
        scope,
        f"{id_}-to-hub",
        name=azure_names.HUB,
        resource_group_name=props.vnet.resource_group_name,
        virtual_network_name=props.vnet.name,
        remote_virtual_network_id=hub.text,
        # Return traffic from the internet through the firewall does not originate in the hub.
        allow_forwarded_traffic=True,
        use_remote_gateways=props.gateway,
        # The gateway can be used only once the hub offers it.
        depends_on=[outward],
    )
    for zone, id_of in props.shared.zone_ids.items():
        link = DnsLinkProps(
            zone=zone,
            resource_group=parsed(id_of).group,
            name=props.vnet.name,
            vnet_id=props.vnet.id,
            provider=props.provider,
        )
        dns_link(scope, f"{id_}-dns-{zone_id(zone)}", link)
    return inward
