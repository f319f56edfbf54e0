"""Names and ids of Azure resources that several stacks use.

Every name is `<prefix>-<environment>`, with a suffix for its kind if needed for uniqueness; the hub and the state have
their own word instead of the environment's. Ids are Azure Resource Manager's, so one stack can name the resources of
another.
"""

from typing import Final

HUB: Final = "hub"
FIREWALL_SUBNET: Final = "AzureFirewallSubnet"  # Azure requires this name.

# The DNS zone for the address of a private endpoint, by the endpoint's subresource (Azure's group id).
DNS_ZONES: Final = {
    "databricks_ui_api": "privatelink.azuredatabricks.net",
    "browser_authentication": "privatelink.azuredatabricks.net",
    "dfs": "privatelink.dfs.core.windows.net",
    "blob": "privatelink.blob.core.windows.net",
    "queue": "privatelink.queue.core.windows.net",
    "vault": "privatelink.vaultcore.azure.net",
    "dataFactory": "privatelink.datafactory.azure.net",
}


# The same for optional places other than Databricks: these zones exist only if one of them is switched on.
REGISTRY_ZONE: Final = "privatelink.azurecr.io"
EVENT_HUBS_ZONE: Final = "privatelink.servicebus.windows.net"
POSTGRES_ZONE: Final = "privatelink.postgres.database.azure.com"
AZURE_ML_ZONES: Final = ("privatelink.api.azureml.ms", "privatelink.notebooks.azure.net")


def cluster_zone(region: str) -> str:
    """The DNS zone for the address of a private Kubernetes cluster."""
    return f"privatelink.{region}.azmk8s.io"


def resource_group(prefix: str, environment: str) -> str:
    """The resource group of an environment, of the hub (`HUB`) or of the state."""
    return f"{prefix}-{environment}"


def managed_resource_group(prefix: str, environment: str) -> str:
    """The resource group that Databricks creates for a workspace and manages itself."""
    return f"{prefix}-{environment}-databricks"


def vnet(prefix: str, environment: str) -> str:
    """The virtual network of an environment, or of the hub."""
    return f"{prefix}-{environment}"


def firewall(prefix: str) -> str:
    """The hub's firewall, its policy and, with `-ip`, its public address."""
    return f"{prefix}-{HUB}"


def log_analytics(prefix: str, environment: str) -> str:
    """The Log Analytics workspace: the hub's, or an environment's own if there is no hub."""
    return f"{prefix}-{environment}"


def workspace(prefix: str, environment: str) -> str:
    """The Databricks workspace of an environment."""
    return f"{prefix}-{environment}"


def access_connector(prefix: str, environment: str) -> str:
    """The managed identity with which Unity Catalog reaches an environment's lake."""
    return f"{prefix}-{environment}"


def key_vault(prefix: str, environment: str) -> str:
    """The key vault of an environment. Unique in the whole of Azure, 24 characters at most."""
    return f"{prefix}-{environment}"


def lake_account(prefix: str, environment: str) -> str:
    """The storage account of an environment's lake. Unique in the whole of Azure, 24 letters and digits at most."""
    return f"{prefix}{environment.replace('-', '')}lake"


def resource_group_id(subscription_id: str, group: str) -> str:
    """The id of a resource group."""
    return f"/subscriptions/{subscription_id}/resourceGroups/{group}"


def resource_id(subscription_id: str, group: str, kind: str, name: str) -> str:
    """The id of a resource; `kind` is its type, such as `Microsoft.KeyVault/vaults`."""
    return f"{resource_group_id(subscription_id, group)}/providers/{kind}/{name}"


def hub_vnet_id(subscription_id: str, prefix: str) -> str:
    """The hub's virtual network."""
    group = resource_group(prefix, HUB)
    return resource_id(subscription_id, group, "Microsoft.Network/virtualNetworks", vnet(prefix, HUB))


def dns_zone_id(subscription_id: str, prefix: str, subresource: str) -> str:
    """The hub's DNS zone for private endpoints to `subresource`, a key of `DNS_ZONES`."""
    group = resource_group(prefix, HUB)
    return resource_id(subscription_id, group, "Microsoft.Network/privateDnsZones", DNS_ZONES[subresource])


def log_analytics_id(subscription_id: str, prefix: str, environment: str) -> str:
    """The Log Analytics workspace of the hub (`HUB`), or of an environment."""
    group, name = resource_group(prefix, environment), log_analytics(prefix, environment)
    return resource_id(subscription_id, group, "Microsoft.OperationalInsights/workspaces", name)


def key_vault_id(subscription_id: str, prefix: str, environment: str) -> str:
    """The key vault of an environment."""
    group, name = resource_group(prefix, environment), key_vault(prefix, environment)
    return resource_id(subscription_id, group, "Microsoft.KeyVault/vaults", name)


def access_connector_id(subscription_id: str, prefix: str, environment: str) -> str:
    """The access connector of an environment's lake."""
    group, name = resource_group(prefix, environment), access_connector(prefix, environment)
    return resource_id(subscription_id, group, "Microsoft.Databricks/accessConnectors", name)


def lake_account_id(subscription_id: str, prefix: str, environment: str) -> str:
    """The storage account of an environment's lake."""
    group, name = resource_group(prefix, environment), lake_account(prefix, environment)
    return resource_id(subscription_id, group, "Microsoft.Storage/storageAccounts", name)


def workspace_id(subscription_id: str, prefix: str, environment: str) -> str:
    """Azure's id of the Databricks workspace of an environment; Databricks' own id is a number."""
    group, name = resource_group(prefix, environment), workspace(prefix, environment)
    return resource_id(subscription_id, group, "Microsoft.Databricks/workspaces", name)


def root_account(prefix: str, environment: str) -> str:
    """The storage account that Databricks creates for a workspace. Unique in the whole of Azure, like the lake's."""
    return f"{prefix}{environment.replace('-', '')}root"


def root_account_id(subscription_id: str, prefix: str, environment: str) -> str:
    """The storage account that Databricks creates for a workspace."""
    group, name = managed_resource_group(prefix, environment), root_account(prefix, environment)
    return resource_id(subscription_id, group, "Microsoft.Storage/storageAccounts", name)


def root_connector(prefix: str, environment: str) -> str:
    """The managed identity with which a workspace reaches the storage account that Databricks created for it."""
    return f"{prefix}-{environment}-root"


def lake_identity(prefix: str, environment: str) -> str:
    """The managed identity with which the lake's storage account reaches its key."""
    return f"{prefix}-{environment}-lake"


def deployer(prefix: str, environment: str) -> str:
    """The managed identity that an environment's pipeline signs in as."""
    return f"{prefix}-{environment}-deployer"


def action_group(prefix: str, environment: str) -> str:
    """The recipients of Azure's alerts."""
    return f"{prefix}-{environment}-on-call"


def data_factory(prefix: str, environment: str) -> str:
    """The data factory of an environment. Unique in the whole of Azure."""
    return f"{prefix}-{environment}-factory"


def registry(prefix: str, environment: str) -> str:
    """The container registry of an environment. Unique in the whole of Azure, 50 letters and digits at most."""
    return f"{prefix}{environment.replace('-', '')}images"


def cluster(prefix: str, environment: str) -> str:
    """The Kubernetes cluster of an environment."""
    return f"{prefix}-{environment}-serving"


def azure_ml(prefix: str, environment: str) -> str:
    """The Azure Machine Learning workspace of an environment, 33 characters at most."""
    return f"{prefix}-{environment}-ml"


def azure_ml_account(prefix: str, environment: str) -> str:
    """The storage account of that workspace. Unique in the whole of Azure, 24 letters and digits at most."""
    return f"{prefix}{environment.replace('-', '')}mlstore"


def event_hubs(prefix: str, environment: str) -> str:
    """The Event Hubs namespace of an environment. Unique in the whole of Azure, 6 to 50 characters."""
    return f"{prefix}-{environment}-events"


def postgres(prefix: str, environment: str) -> str:
    """The PostgreSQL server of an environment. Unique in the whole of Azure, 63 characters at most."""
    return f"{prefix}-{environment}-scores"


def served_name(label: str) -> str:
    """A model's name outside Databricks: names in Kubernetes and in Azure have no underscores."""
    return label.replace("_", "-")


def served_identity(prefix: str, environment: str, label: str) -> str:
    """The managed identity with which a served model reads only its own features."""
    return f"{prefix}-{environment}-serves-{served_name(label)}"


def features_container(label: str) -> str:
    """The lake's container with the published features of one model, for servers outside Databricks."""
    return f"served-{served_name(label)}"


def azure_ml_endpoint(prefix: str, environment: str, label: str) -> str:
    """The online endpoint of a model. Unique in the region, 32 characters at most."""
    return f"{prefix}-{environment}-{served_name(label)}"
