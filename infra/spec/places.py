"""Ids of an environment's resources, and of the shared ones: created by the stacks, or adopted."""

from collections.abc import Mapping
from dataclasses import dataclass

from infra import azure_names
from infra.azure_ids import parsed
from infra.spec.values.environment import Environment
from infra.spec.values.platform import Platform


@dataclass(frozen=True, kw_only=True)
class Places:
    """The resources of an environment. `resource_group` is a name, everything else an id."""

    resource_group: str
    lake_account_id: str
    key_vault_id: str
    workspace_id: str
    access_connector_id: str

    @property
    def lake_account(self) -> str:
        """The name of the lake's storage account."""
        return parsed(self.lake_account_id).name

    @property
    def key_vault(self) -> str:
        """The name of the key vault."""
        return parsed(self.key_vault_id).name


def places(platform: Platform, environment: Environment) -> Places:
    """The ids of the parts of `environment`."""
    adopted, prefix, name = environment.adopt, platform.azure.prefix, environment.name
    group = parsed(adopted.resource_group).name if adopted.resource_group else azure_names.resource_group(prefix, name)

    def made(kind: str, resource: str) -> str:
        return azure_names.resource_id(environment.azure.subscription_id, group, kind, resource)

    return Places(
        resource_group=group,
        lake_account_id=adopted.lake
        or made("Microsoft.Storage/storageAccounts", azure_names.lake_account(prefix, name)),
        key_vault_id=adopted.key_vault or made("Microsoft.KeyVault/vaults", azure_names.key_vault(prefix, name)),
        workspace_id=adopted.workspace or made("Microsoft.Databricks/workspaces", azure_names.workspace(prefix, name)),
        access_connector_id=made("Microsoft.Databricks/accessConnectors", azure_names.access_connector(prefix, name)),
    )


@dataclass(frozen=True, kw_only=True)
class SharedPlaces:
    """The shared resources. `resource_group` is a name; `zone_ids` are by the zone's name."""

    resource_group: str
    hub_vnet_id: str
    log_analytics_id: str
    zone_ids: Mapping[str, str]

    @property
    def group_ids(self) -> tuple[str, ...]:
        """Every resource group in which the environments' pipelines join something, the hub's own first."""
        own = f"{self.hub_vnet_id.split('/resourceGroups/')[0]}/resourceGroups/{self.resource_group}"
        ids = (self.hub_vnet_id, self.log_analytics_id, *self.zone_ids.values())
        return tuple(dict.fromkeys((own, *(parsed(each).group_id for each in ids))))


def zones(platform: Platform) -> tuple[str, ...]:
    """The names of the DNS zones of all private endpoints: Databricks', and those of the enabled options."""
    more: list[str] = []
    if platform.aks_serving or platform.azure_ml:
        more.append(azure_names.REGISTRY_ZONE)
    if platform.aks_serving:
        more.append(azure_names.cluster_zone(platform.azure.region))
    if platform.sinks:
        more += (azure_names.EVENT_HUBS_ZONE, azure_names.POSTGRES_ZONE)
    if platform.azure_ml:
        more += azure_names.AZURE_ML_ZONES
    return (*dict.fromkeys(azure_names.DNS_ZONES.values()), *more)


def shared_places(platform: Platform) -> SharedPlaces:
    """The ids of the shared resources."""
    adopted, azure = platform.adopt, platform.azure
    group = (
        parsed(adopted.resource_group).name
        if adopted.resource_group
        else azure_names.resource_group(azure.prefix, azure_names.HUB)
    )

    def made(kind: str, name: str) -> str:
        return azure_names.resource_id(azure.subscription_id, group, kind, name)

    zone_ids = {parsed(each).name: each for each in adopted.private_dns_zones} or {
        zone: made("Microsoft.Network/privateDnsZones", zone) for zone in zones(platform)
    }
    return SharedPlaces(
        resource_group=group,
        hub_vnet_id=adopted.hub.virtual_network
        if adopted.hub
        else made("Microsoft.Network/virtualNetworks", azure_names.vnet(azure.prefix, azure_names.HUB)),
        log_analytics_id=adopted.log_analytics
        or made("Microsoft.OperationalInsights/workspaces", azure_names.log_analytics(azure.prefix, azure_names.HUB)),
        zone_ids=zone_ids,
    )
