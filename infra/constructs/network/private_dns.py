"""The DNS zones of private endpoints, and the networks that resolve them."""

from collections.abc import Iterable
from dataclasses import dataclass

from infra.cdktf_seam import Resource, Scope, azurerm


@dataclass(frozen=True, kw_only=True)
class PrivateDnsProps:
    """`zones` are the names of the zones; `vnet_id` is the network that resolves them, linked under the name `link`."""

    resource_group: str
    zones: Iterable[str]
    link: str
    vnet_id: str


def private_dns(scope: Scope, id_: str, props: PrivateDnsProps) -> dict[str, Resource]:
    """One zone per kind of endpoint, with the hub's network linked to it; by name."""
    return {zone: _zone(scope, id_, zone, props) for zone in dict.fromkeys(props.zones)}


def _zone(scope: Scope, id_: str, zone: str, props: PrivateDnsProps) -> Resource:
    made = azurerm.private_dns_zone.PrivateDnsZone(
        scope, f"{id_}-{zone_id(zone)}", name=zone, resource_group_name=props.resource_group
    )
    link = DnsLinkProps(zone=made.name, resource_group=props.resource_group, name=props.link, vnet_id=props.vnet_id)
    dns_link(scope, f"{id_}-{zone_id(zone)}-link", link)
    return made


def zone_id(zone: str) -> str:
    """The distinguishing word of a zone's name, for construct ids: `privatelink.<word>.…`."""
    return zone.split(".")[1]


@dataclass(frozen=True, kw_only=True)
class DnsLinkProps:
    """`resource_group` is the zone's; `provider` is the hub's, if the zone is in another subscription."""

    zone: str
    resource_group: str
    name: str
    vnet_id: str
    provider: Resource | None = None


def dns_link(scope: Scope, id_: str, props: DnsLinkProps) -> None:
    """Lets a network resolve the zone. Machines do not register themselves in it."""
    azurerm.private_dns_zone_virtual_network_link.PrivateDnsZoneVirtualNetworkLink(
        scope,
        id_,
        provider=props.provider,
        name=props.name,
        resource_group_name=props.resource_group,
        private_dns_zone_name=props.zone,
        virtual_network_id=props.vnet_id,
        registration_enabled=False,
        # Databricks' storage may have private endpoints of its own, whose names are not in our zones.
        resolution_policy="NxDomainRedirect",
    )
