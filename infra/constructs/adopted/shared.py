"""Another team's resources that all environments share: the hub, its DNS zones, the logs, the resource group."""

from collections.abc import Iterable, Mapping

from infra.azure_ids import parsed
from infra.cdktf_seam import Resource, Scope, azurerm
from infra.constructs.adopted.condition import Condition, checked, equals, in_region
from infra.constructs.adopted.network import guards_endpoints, subnet, virtual_network
from infra.constructs.network.hub_network import HubNetworkOutputs
from infra.spec import AdoptedHub


def adopted_group(scope: Scope, id_: str, id_text: str, region: str) -> Resource:
    """A resource group, for the resources that are created."""
    made = azurerm.data_azurerm_resource_group.DataAzurermResourceGroup(scope, id_, name=parsed(id_text).name)
    return checked("resource group", made, [in_region(region)])


def adopted_logs(scope: Scope, id_: str, id_text: str, retention_days: int) -> Resource:
    """A Log Analytics workspace that retains logs at least as long as required."""
    where = parsed(id_text)
    made = azurerm.data_azurerm_log_analytics_workspace.DataAzurermLogAnalyticsWorkspace(
        scope, id_, name=where.name, resource_group_name=where.group
    )
    keeps = Condition(
        holds=f"self.retention_in_days >= {retention_days}",
        found="keeps logs for ${self.retention_in_days} days",
        fix=f"Allowed: {retention_days} or more. Lengthen it, or lower azure.log_retention_days.",
    )
    sku = equals("sku", "PerGB2018", fix="Older ones take no diagnostic settings by category group.")
    return checked("Log Analytics workspace", made, [sku, keeps])


def adopted_hub(scope: Scope, id_: str, hub: AdoptedHub, region: str) -> HubNetworkOutputs:
    """The network that all environments leave through, with the subnet for the endpoint of the state."""
    vnet = virtual_network(scope, id_, "virtual network of the hub", parsed(hub.virtual_network), [in_region(region)])
    endpoints = subnet(
        scope, f"{id_}-endpoints", "subnet endpoints of the hub", parsed(hub.endpoints), [guards_endpoints()]
    )
    return HubNetworkOutputs(vnet=vnet, endpoint_subnet_id=endpoints.id)


def adopted_firewall(scope: Scope, id_: str, hub: AdoptedHub, region: str, provider: Resource | None = None) -> str:
    """A reference to the private address of the firewall in the hub."""
    where = parsed(hub.firewall)
    made = azurerm.data_azurerm_firewall.DataAzurermFirewall(
        scope, id_, name=where.name, resource_group_name=where.group, provider=provider
    )
    inside = Condition(
        holds=f'startswith(lower(self.ip_configuration[0].subnet_id), "{hub.virtual_network.lower()}/")',
        found="stands in ${self.ip_configuration[0].subnet_id}",
        fix=f"Allowed: a subnet of {hub.virtual_network}. Correct adopt.hub in platform.yaml.",
    )
    return str(checked("firewall", made, [in_region(region), inside]).ip_configuration.get(0).private_ip_address)


def adopted_zones(scope: Scope, id_: str, zones: Iterable[str]) -> Mapping[str, Resource]:
    """DNS zones by name; reading them proves that they exist. Their ids contain the names."""
    binding = azurerm.data_azurerm_private_dns_zone
    found = {}
    for zone in map(parsed, zones):
        made = binding.DataAzurermPrivateDnsZone(
            scope, f"{id_}-{zone.name.split('.')[1]}", name=zone.name, resource_group_name=zone.group
        )
        found[zone.name] = checked(f"DNS zone {zone.name}", made, [equals("id", zone.text, fix="Correct the id.")])
    return found
