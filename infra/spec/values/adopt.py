"""Existing resources that are used as they are: read and checked, never created, changed or destroyed.

Each id is Azure Resource Manager's, as in the portal's JSON view; Databricks' own objects are referenced by name.
"""

from typing import Annotated

from pydantic import Field, StrictBool, StringConstraints

from infra.spec.values.fields import CatalogName, Name, NotEmpty, Values
from infra.spec.values.network import PrivateRange

_SUBSCRIPTION = r"^/subscriptions/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_GROUP = rf"{_SUBSCRIPTION}/resourceGroups/[\w.()-]+"
_VNET = rf"{_GROUP}/providers/Microsoft\.Network/virtualNetworks/[\w.-]+"


def _id(pattern: str, end: str) -> tuple[StringConstraints, object]:
    """The form of an id. Azure accepts any case; Terraform and a role's scope need this one."""
    return (
        StringConstraints(pattern=f"{pattern}$"),
        Field(description=f"an id, with Azure's upper and lower case: /subscriptions/<UUID>/resourceGroups/{end}"),
    )


ResourceGroupId = Annotated[str, *_id(_GROUP, "<name>")]
NetworkId = Annotated[str, *_id(_VNET, "<group>/providers/Microsoft.Network/virtualNetworks/<name>")]
SubnetId = Annotated[
    str,
    *_id(rf"{_VNET}/subnets/[\w.-]+", "<group>/providers/Microsoft.Network/virtualNetworks/<name>/subnets/<name>"),
]
FirewallId = Annotated[
    str,
    *_id(
        rf"{_GROUP}/providers/Microsoft\.Network/azureFirewalls/[\w.-]+",
        "<group>/providers/Microsoft.Network/azureFirewalls/<name>",
    ),
]
DnsZoneId = Annotated[
    str,
    *_id(
        rf"{_GROUP}/providers/Microsoft\.Network/privateDnsZones/[a-z0-9.-]+",
        "<group>/providers/Microsoft.Network/privateDnsZones/<name>",
    ),
]
StorageAccountId = Annotated[
    str,
    *_id(
        rf"{_GROUP}/providers/Microsoft\.Storage/storageAccounts/[a-z0-9]{{3,24}}",
        "<group>/providers/Microsoft.Storage/storageAccounts/<name>",
    ),
]
KeyVaultId = Annotated[
    str,
    *_id(
        rf"{_GROUP}/providers/Microsoft\.KeyVault/vaults/[A-Za-z0-9-]{{3,24}}",
        "<group>/providers/Microsoft.KeyVault/vaults/<name>",
    ),
]
LogAnalyticsId = Annotated[
    str,
    *_id(
        rf"{_GROUP}/providers/Microsoft\.OperationalInsights/workspaces/[\w-]+",
        "<group>/providers/Microsoft.OperationalInsights/workspaces/<name>",
    ),
]
WorkspaceId = Annotated[
    str,
    *_id(
        rf"{_GROUP}/providers/Microsoft\.Databricks/workspaces/[\w-]+",
        "<group>/providers/Microsoft.Databricks/workspaces/<name>",
    ),
]
LocationName = Annotated[
    str,
    StringConstraints(pattern=r"^[\w.@-]+$"),
    Field(description="the name of an external location"),
]


class AdoptedSubnets(Values):
    """The parts of an adopted network; its owner delegates the first two to Databricks.

    `endpoints` is for private endpoints: required in the profile private, refused otherwise.
    """

    host: SubnetId
    container: SubnetId
    endpoints: SubnetId | None = None


class AdoptedNetwork(Values):
    """A network whose owner has set up its peering, routes and security groups."""

    virtual_network: NetworkId
    subnets: AdoptedSubnets


class AdoptedLocations(Values):
    """External locations in the adopted lake, by the container that each replaces."""

    landing: LocationName | None = None
    bronze: LocationName | None = None
    silver: LocationName | None = None
    gold: LocationName | None = None
    checkpoints: LocationName | None = None
    models: LocationName | None = None

    @property
    def names(self) -> dict[str, str]:
        """The names that are given, by container."""
        return {container: name for container, name in self.model_dump().items() if name}


class Adopted(Values):
    """Existing resources of an environment. Those in Azure must be in the environment's subscription.

    All else is created in the resource group; containers and roles in the lake; keys and a role in the key vault;
    schemas and grants in the catalog, which must have the name `catalog`. A network replaces `network`, in the
    profile private together with an adopted hub; a workspace is adopted together with its network.
    """

    # No docstrings here: they would take the place of the types' own, which say what an id looks like.
    resource_group: ResourceGroupId | None = None
    network: AdoptedNetwork | None = None
    lake: StorageAccountId | None = None
    key_vault: KeyVaultId | None = None
    log_analytics: LogAnalyticsId | None = None
    workspace: WorkspaceId | None = None
    catalog: CatalogName | None = None
    locations: AdoptedLocations = AdoptedLocations()


class AdoptedHub(Values):
    """Another team's network that carries all outgoing traffic of the environments. It replaces `hub`."""

    virtual_network: NetworkId
    endpoints: SubnetId
    """where the private endpoint of the Terraform state stands"""
    firewall: FirewallId
    """where the routes of the environments' networks lead"""
    gateway: StrictBool = False
    """whether the network has a VPN or ExpressRoute gateway, which the environments' networks then use"""
    clients: NotEmpty[PrivateRange]
    """networks of the people, and of the machines that plan and apply"""
    browser_sign_in: Name
    """the environment whose workspace hosts the region's endpoint for signing in: one per region and DNS zone"""


class AdoptedShared(Values):
    """Existing resources shared by all environments, in the subscription of `azure`.

    Resources that are still created for them are created in the resource group.
    """

    resource_group: ResourceGroupId | None = None
    hub: AdoptedHub | None = None
    private_dns_zones: tuple[DnsZoneId, ...] = ()
    """all zones that the platform needs, or none; their owner links them to an adopted hub"""
    log_analytics: LogAnalyticsId | None = None
