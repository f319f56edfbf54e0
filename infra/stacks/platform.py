"""The stack `<env>-platform`: an environment's network, keys, lake and workspace, and the recipients of its alerts."""

from infra import azure_names
from infra.azure.lake import lake
from infra.azure.network import network
from infra.azure.on_call import on_call
from infra.azure.place import Place
from infra.azure.vault import vault_with_keys
from infra.azure.workspace import workspace
from infra.cdktf_seam import Resource, Scope, azurerm
from infra.constructs.adopted.shared import adopted_group, adopted_logs
from infra.constructs.azure_stack import AzureStackProps, azure_stack
from infra.constructs.observability.log_analytics import LogAnalyticsProps, log_analytics
from infra.constructs.storage.lock import LockProps, lock
from infra.spec import Environment, Spec


def platform_stack(app: Scope, spec: Spec, environment: Environment) -> None:
    """All Azure resources of an environment."""
    place = _place(app, spec, environment)
    vault_id, keys = vault_with_keys(place)
    lake_id = lake(place, keys.get("lake"), spec.own_containers_of(environment))
    workspace_id = workspace(place, spec, keys)
    if environment.protect_data:
        adopted = environment.adopt
        holds = (
            ("vault", vault_id, adopted.key_vault),
            ("lake", lake_id, adopted.lake),
            ("workspace", workspace_id, adopted.workspace),
        )
        for what, resource_id in ((what, id_) for what, id_, theirs in holds if not theirs):
            notes = "Holds what cannot be made again. protect_data in the environment's file takes this lock away."
            lock(place.stack, f"{what}-lock", LockProps(name="keep", resource_id=resource_id, notes=notes))
    on_call(place)


def _place(app: Scope, spec: Spec, environment: Environment) -> Place:
    """The stack with its resource group, its network and its log workspace."""
    private = spec.platform.private
    made = azure_stack(
        app,
        f"{environment.name}-platform",
        AzureStackProps(
            platform=spec.platform,
            subscription_id=environment.azure.subscription_id,
            environment=environment.name,
            protect=environment.protect_data,
            hub=private,
            # Azure Resource Manager creates all of the lake: its queues and tables have no endpoint for Terraform.
            inside_network=False,
        ),
    )
    group = _group(made.stack, spec, environment)
    return Place(
        stack=made.stack,
        azure=spec.platform.azure,
        environment=environment,
        places=spec.places_of(environment),
        shared=spec.shared_places,
        private=private,
        group=group,
        logs=_logs(made.stack, spec, environment, group),
        spoke=network(made, spec, environment, group.name),
    )


def _group(stack: Scope, spec: Spec, environment: Environment) -> Resource:
    region = spec.platform.azure.region
    if environment.adopt.resource_group:
        return adopted_group(stack, "group", environment.adopt.resource_group, region)
    name = azure_names.resource_group(spec.platform.azure.prefix, environment.name)
    return azurerm.resource_group.ResourceGroup(stack, "group", name=name, location=region)


def _logs(stack: Scope, spec: Spec, environment: Environment, group: Resource) -> str:
    """Id of the Log Analytics workspace: adopted, the hub's, or a created one if there is no hub."""
    azure = spec.platform.azure
    if environment.adopt.log_analytics:
        return str(adopted_logs(stack, "logs", environment.adopt.log_analytics, azure.log_retention_days).id)
    if spec.platform.private:
        return spec.shared_places.log_analytics_id
    props = LogAnalyticsProps(
        name=azure_names.log_analytics(azure.prefix, environment.name),
        resource_group=group.name,
        location=azure.region,
        retention_days=azure.log_retention_days,
    )
    return log_analytics(stack, "logs", props).id
