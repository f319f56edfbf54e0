"""A data factory that starts Databricks jobs, from inside its managed virtual network."""

import json
from dataclasses import dataclass
from typing import Any

from infra.cdktf_seam import Resource, Scope, azurerm

_LINK = "databricks"
_CREDENTIAL = "factory"
_RUNTIME = "managed-network"
_RUN_LIMIT = "0.12:00:00"


@dataclass(frozen=True, kw_only=True)
class DataFactoryProps:
    """`identity_id` is the managed identity with which it signs in and uses the key `key_id`.

    `workspace_url` and `workspace_id` (Azure's) are of the workspace whose jobs it starts.
    """

    name: str
    resource_group: str
    location: str
    identity_id: str
    key_id: str
    key_user: Resource
    workspace_url: str
    workspace_id: str


@dataclass(frozen=True, kw_only=True)
class DataFactoryOutputs:
    """The factory's id, and the linked service that its pipelines refer to and that must exist first."""

    id: str
    link: Resource


def data_factory(scope: Scope, id_: str, props: DataFactoryProps) -> DataFactoryOutputs:
    """The factory, unreachable from the internet, and its link to the workspace without any token."""
    made = azurerm.data_factory.DataFactory(
        scope,
        id_,
        name=props.name,
        resource_group_name=props.resource_group,
        location=props.location,
        managed_virtual_network_enabled=True,
        public_network_enabled=False,
        identity=azurerm.data_factory.DataFactoryIdentity(type="UserAssigned", identity_ids=[props.identity_id]),
        customer_managed_key_id=props.key_id,
        customer_managed_key_identity_id=props.identity_id,
        depends_on=[props.key_user],
    )
    runtime = azurerm.data_factory_integration_runtime_azure.DataFactoryIntegrationRuntimeAzure(
        scope,
        f"{id_}-runtime",
        name=_RUNTIME,
        data_factory_id=made.id,
        location=props.location,
        virtual_network_enabled=True,
    )
    return DataFactoryOutputs(id=made.id, link=_link(scope, f"{id_}-link", props, made.id, runtime))


def _link(scope: Scope, id_: str, props: DataFactoryProps, factory_id: str, runtime: Resource) -> Resource:
    """A link without a cluster: the jobs bring their own. The provider's typed resource always requires one."""
    credential = azurerm.data_factory_credential_user_managed_identity
    identity = credential.DataFactoryCredentialUserManagedIdentity(
        scope, f"{id_}-credential", name=_CREDENTIAL, data_factory_id=factory_id, identity_id=props.identity_id
    )
    properties = {
        "domain": props.workspace_url,
        "authentication": "MSI",
        "workspaceResourceId": props.workspace_id,
        "credential": {"referenceName": _CREDENTIAL, "type": "CredentialReference"},
    }
    binding = azurerm.data_factory_linked_custom_service
    return binding.DataFactoryLinkedCustomService(
        scope,
        id_,
        name=_LINK,
        data_factory_id=factory_id,
        type="AzureDatabricks",
        type_properties_json=json.dumps(properties),
        integration_runtime=binding.DataFactoryLinkedCustomServiceIntegrationRuntime(name=runtime.name),
        depends_on=[identity],
    )


@dataclass(frozen=True, kw_only=True)
class JobPipelineProps:
    """`job_id` is Databricks' number of the job; it starts at `hour_utc`, once `every` Day, Week or Month."""

    name: str
    factory: DataFactoryOutputs
    job_id: str
    every: str
    hour_utc: int


def job_pipeline(scope: Scope, id_: str, props: JobPipelineProps) -> None:
    """The pipeline that runs the job and waits for it, one run at a time, and its trigger."""
    activity: dict[str, Any] = {
        "name": "run-job",
        "type": "DatabricksJob",
        "linkedServiceName": {"referenceName": _LINK, "type": "LinkedServiceReference"},
        # The job has its own retries; with the factory's as well it would train twice.
        "policy": {"timeout": _RUN_LIMIT, "retry": 0},
        "typeProperties": {"jobId": props.job_id},
    }
    pipeline = azurerm.data_factory_pipeline.DataFactoryPipeline(
        scope,
        id_,
        name=props.name,
        data_factory_id=props.factory.id,
        concurrency=1,
        activities_json=json.dumps([activity]),
        depends_on=[props.factory.link],
    )
    binding = azurerm.data_factory_trigger_schedule
    binding.DataFactoryTriggerSchedule(
        scope,
        f"{id_}-trigger",
        name=props.name,
        data_factory_id=props.factory.id,
        pipeline_name=pipeline.name,
        frequency=props.every,
        interval=1,
        time_zone="UTC",
        schedule=binding.DataFactoryTriggerScheduleSchedule(
            hours=[props.hour_utc],
            minutes=[0],
            days_of_week=["Monday"] if props.every == "Week" else None,
            days_of_month=[1] if props.every == "Month" else None,
        ),
    )
