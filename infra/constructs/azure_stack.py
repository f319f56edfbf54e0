"""An Azure stack: its state, its subscription's provider, and the hub's if the stack changes the hub too."""

from dataclasses import dataclass

from infra.cdktf_seam import Resource, Scope, azurerm
from infra.constructs.protected_stack import ProtectedStack
from infra.constructs.stack import remote_state
from infra.spec import Platform

# The resource providers in use. Listed, because the provider would otherwise register dozens of unused ones.
_RESOURCE_PROVIDERS = (
    "Microsoft.Authorization",
    "Microsoft.Consumption",
    "Microsoft.DataFactory",
    "Microsoft.Databricks",
    "Microsoft.Insights",
    "Microsoft.KeyVault",
    "Microsoft.ManagedIdentity",
    "Microsoft.Network",
    "Microsoft.OperationalInsights",
    "Microsoft.Storage",
)


@dataclass(frozen=True, kw_only=True)
class AzureStackProps:
    """`subscription_id` is the subscription of its resources.

    `environment` is the cost tag. `protect` refuses plans that destroy irreplaceable resources. `hub` adds a second
    provider, for the hub's subscription. `inside_network`: Terraform runs where it can reach the storage accounts' own
    addresses; otherwise the provider uses only Azure Resource Manager. `more` are resource providers that only this
    stack needs.
    """

    platform: Platform
    subscription_id: str
    environment: str = "shared"
    protect: bool = True
    hub: bool = False
    inside_network: bool = True
    more: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AzureStackOutputs:
    """The stack, and the `provider=` argument for resources in the hub's subscription; None without `hub`."""

    stack: Scope
    hub: Resource | None


def azure_stack(app: Scope, name: str, props: AzureStackProps) -> AzureStackOutputs:
    """An empty stack `name` with its backend and azurerm providers without any secret.

    They sign in with the credentials of the process: OIDC in a pipeline, a managed identity, or the Azure CLI.
    """
    tags = {**props.platform.tags, "environment": props.environment}
    stack = ProtectedStack(app, name, tags, protect=props.protect)
    remote_state(stack, name, props.platform)
    _provider(stack, "azurerm", props, props.subscription_id)
    hub = _provider(stack, "hub", props, props.platform.azure.subscription_id, alias="hub") if props.hub else None
    return AzureStackOutputs(stack=stack, hub=hub)


def _provider(
    stack: Scope, id_: str, props: AzureStackProps, subscription_id: str, alias: str | None = None
) -> Resource:
    return azurerm.provider.AzurermProvider(
        stack,
        id_,
        alias=alias,
        tenant_id=props.platform.azure.tenant_id,
        subscription_id=subscription_id,
        resource_provider_registrations="none",
        resource_providers_to_register=[*_RESOURCE_PROVIDERS, *props.more],
        # The storage accounts have no keys.
        storage_use_azuread=True,
        features=[_features(props)],
    )


def _features(props: AzureStackProps) -> Resource:
    """The provider's side effects: none that loses data."""
    binding = azurerm.provider
    return binding.AzurermProviderFeatures(
        key_vault=[
            binding.AzurermProviderFeaturesKeyVault(
                # A deleted vault and its keys stay recoverable for as long as Azure keeps them, and are recovered on
                # create.
                purge_soft_delete_on_destroy=False,
                purge_soft_deleted_keys_on_destroy=False,
                recover_soft_deleted_key_vaults=True,
                recover_soft_deleted_keys=True,
            )
        ],
        log_analytics_workspace=[
            binding.AzurermProviderFeaturesLogAnalyticsWorkspace(permanently_delete_on_destroy=False)
        ],
        resource_group=[binding.AzurermProviderFeaturesResourceGroup(prevent_deletion_if_contains_resources=True)],
        storage=[binding.AzurermProviderFeaturesStorage(data_plane_available=props.inside_network)],
    )
