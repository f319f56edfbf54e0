"""The stack `<env>-data-factory`, optional: a factory that starts the environment's jobs.

Deployed after `<env>-ml` by the people who own the account: its identity joins a group there.
"""

from infra import azure_names, names
from infra.cdktf_seam import Resource, Scope, azurerm, databricks
from infra.constructs.azure_stack import AzureStackProps, azure_stack
from infra.constructs.compute.data_factory import (
    DataFactoryOutputs,
    DataFactoryProps,
    JobPipelineProps,
    data_factory,
    job_pipeline,
)
from infra.constructs.identity.role import RoleProps, role
from infra.constructs.storage.key_vault import EncryptionKeyProps, encryption_key
from infra.constructs.workspace.azure_workspace import KEY_USER
from infra.spec import DataFactory, Environment, Spec


def data_factory_stack(app: Scope, spec: Spec, environment: Environment, declared: DataFactory) -> None:
    """The factory, its identity in Azure and in Databricks, its pipelines, and an alert when one fails."""
    azure, where = spec.platform.azure, spec.places_of(environment)
    props = AzureStackProps(
        platform=spec.platform,
        subscription_id=environment.azure.subscription_id,
        environment=environment.name,
        protect=environment.protect_data,
        inside_network=False,
    )
    stack = azure_stack(app, f"{environment.name}-data-factory", props).stack
    databricks.provider.DatabricksProvider(stack, "databricks", host=environment.workspace.url)
    identity = azurerm.user_assigned_identity.UserAssignedIdentity(
        stack,
        "identity",
        name=azure_names.data_factory(azure.prefix, environment.name),
        resource_group_name=where.resource_group,
        location=azure.region,
    )
    _member(stack, spec, declared, identity)
    factory = _factory(stack, spec, environment, identity)
    for name, pipeline in declared.pipelines.items():
        use_case = spec.use_cases[pipeline.use_case]
        model = use_case.model_named(pipeline.model) if pipeline.model else use_case.models[0]
        job = names.job(use_case.label(model), pipeline.job)
        found = databricks.data_databricks_job.DataDatabricksJob(stack, f"job-{name}", job_name=job)
        started = JobPipelineProps(
            name=name, factory=factory, job_id=found.id, every=pipeline.every, hour_utc=pipeline.hour_utc
        )
        job_pipeline(stack, f"pipeline-{name}", started)
    _alert(stack, spec, environment, factory.id)


def _member(stack: Scope, spec: Spec, declared: DataFactory, identity: Resource) -> None:
    """The identity as a principal of the account, in the group that may run the jobs."""
    account = spec.platform.account
    provider = databricks.provider.DatabricksProvider(
        stack, "account", alias="account", host=account.url, account_id=account.id
    )
    principal = databricks.service_principal.ServicePrincipal(
        stack, "principal", provider=provider, application_id=identity.client_id, display_name=identity.name
    )
    group = databricks.data_databricks_group.DataDatabricksGroup(
        stack, "group", provider=provider, display_name=declared.group
    )
    databricks.group_member.GroupMember(stack, "member", provider=provider, group_id=group.id, member_id=principal.id)


def _factory(stack: Scope, spec: Spec, environment: Environment, identity: Resource) -> DataFactoryOutputs:
    azure, where = spec.platform.azure, spec.places_of(environment)
    # A vault that also has other people's keys distinguishes them by the environment.
    name = f"{azure.prefix}-{environment.name}-data-factory" if environment.adopt.key_vault else "data-factory"
    key = encryption_key(stack, "key", EncryptionKeyProps(name=name, vault_id=where.key_vault_id))
    user = RoleProps(role=KEY_USER, scope=key.resource_id, principal_id=identity.principal_id)
    props = DataFactoryProps(
        name=azure_names.data_factory(azure.prefix, environment.name),
        resource_group=where.resource_group,
        location=azure.region,
        identity_id=identity.id,
        key_id=key.id,
        key_user=role(stack, "key-user", user),
        workspace_url=environment.workspace.url,
        workspace_id=where.workspace_id,
    )
    made = data_factory(stack, "factory", props)
    if spec.platform.private:
        azurerm.data_factory_managed_private_endpoint.DataFactoryManagedPrivateEndpoint(
            stack,
            "factory-workspace",
            name="workspace",
            data_factory_id=made.id,
            target_resource_id=props.workspace_id,
            subresource_name="databricks_ui_api",
        )
    return made


def _alert(stack: Scope, spec: Spec, environment: Environment, factory_id: str) -> None:
    """Notifies the people on call of every failed pipeline."""
    azure, name = spec.platform.azure, environment.name
    group = spec.places_of(environment).resource_group
    binding = azurerm.monitor_metric_alert
    binding.MonitorMetricAlert(
        stack,
        "failed",
        name=f"{azure_names.data_factory(azure.prefix, name)}-failed",
        description="A pipeline of the data factory failed.",
        resource_group_name=group,
        scopes=[factory_id],
        frequency="PT5M",
        window_size="PT15M",
        criteria=[
            binding.MonitorMetricAlertCriteria(
                metric_namespace="Microsoft.DataFactory/factories",
                metric_name="PipelineFailedRuns",
                aggregation="Total",
                operator="GreaterThan",
                threshold=0,
            )
        ],
        action=[
            binding.MonitorMetricAlertAction(
                action_group_id=azure_names.resource_id(
                    environment.azure.subscription_id,
                    group,
                    "Microsoft.Insights/actionGroups",
                    azure_names.action_group(azure.prefix, name),
                )
            )
        ],
    )
