"""The stack `<env>-platform`: an environment's network, keys, lake and workspace, and who hears of them."""

from infra import azure_names
from infra.azure.lake import lake
from infra.azure.on_call import on_call
from infra.azure.place import Place
from infra.azure.vault import vault_with_keys
from infra.azure.workspace import workspace
from infra.cdktf_seam import Resource, Scope, azurerm
from infra.constructs.azure_stack import AzureStackProps, azure_stack
from infra.constructs.lock import LockProps, lock
from infra.constructs.log_analytics import LogAnalyticsProps, log_analytics
from infra.constructs.spoke_network import SpokeProps, spoke_network
from infra.spec import Azure, Environment, Spec


def platform_stack(app: Scope, spec: Spec, environment: Environment) -> None:
    """Everything of an environment that is Azure's own."""
    place = _place(app, spec, environment)
    vault_id, keys = vault_with_keys(place)
    lake_id = lake(place, keys["lake"])
    workspace_id = workspace(place, spec, keys)
    if environment.protect_data:
        for what, resource_id in {"vault": vault_id, "lake": lake_id, "workspace": workspace_id}.items():
            notes = "Holds what cannot be made again. protect_data in the environment's file takes this lock away."
            lock(place.stack, f"{what}-lock", LockProps(name="keep", resource_id=resource_id, notes=notes))
    on_call(place)


def _place(app: Scope, spec: Spec, environment: Environment) -> Place:
    """The stack with its resource group, its network and the place of its logs."""
    azure, private = spec.platform.azure, spec.platform.hub is not None
    made = azure_stack(
        app,
        f"{environment.name}-platform",
        AzureStackProps(
            platform=spec.platform,
            subscription_id=environment.azure.subscription_id,
            environment=environment.name,
            protect=environment.protect_data,
            hub=private,
            # All of the lake is made by Azure Resource Manager: its queues and tables have no endpoint to ask.
            inside_network=False,
        ),
    )
    name = azure_names.resource_group(azure.prefix, environment.name)
    group = azurerm.resource_group.ResourceGroup(made.stack, "group", name=name, location=azure.region)
    spoke = SpokeProps(
        name=azure_names.vnet(azure.prefix, environment.name),
        environment=environment.name,
        platform=spec.platform,
        resource_group=group.name,
        network=environment.network,
        hub=made.hub,
    )
    return Place(
        stack=made.stack,
        azure=azure,
        environment=environment,
        private=private,
        group=group,
        logs=_logs(made.stack, azure, environment, group, private),
        spoke=spoke_network(made.stack, "network", spoke),
    )


def _logs(stack: Scope, azure: Azure, environment: Environment, group: Resource, private: bool) -> str:
    """Id of the hub's Log Analytics workspace, or of one that is made where there is no hub."""
    if private:
        return azure_names.log_analytics_id(azure.subscription_id, azure.prefix, azure_names.HUB)
    props = LogAnalyticsProps(
        name=azure_names.log_analytics(azure.prefix, environment.name),
        resource_group=group.name,
        location=azure.region,
        retention_days=azure.log_retention_days,
    )
    return log_analytics(stack, "logs", props).id
