"""The stack `<env>-azure-ml`, optional: an Azure Machine Learning workspace with an endpoint for each served model.

Deployed after `<env>-images` by the people who own the subscription, because it assigns roles. A release decides which
version an endpoint serves: the environment's pipeline creates the deployments.
"""

from infra import azure_names
from infra.azure.pipeline_identity import pipeline_identity
from infra.azure.serving_places import ServingPlace, serving_place
from infra.cdktf_seam import Resource, Scope, azurerm
from infra.constructs.network.public_access import NOBODY
from infra.constructs.serving_places.azapi import use_azapi
from infra.constructs.serving_places.machine_learning import MachineLearningProps, machine_learning
from infra.constructs.serving_places.online_endpoint import OnlineEndpointProps, online_endpoint
from infra.constructs.storage.key_vault import EncryptionKeyOutputs, KeyVaultProps, key_vault
from infra.constructs.storage.lake_storage import closed_account
from infra.constructs.workspace.azure_workspace import KEY_USER
from infra.spec import AzureMl, Environment, Spec
from infra.spec.served import Served

# What the workspace's own identity needs, by what it stands on:
# https://learn.microsoft.com/azure/machine-learning/how-to-identity-based-service-authentication
_MANAGES = "Contributor"
# The only action that a caller needs; Azure's smallest role with it could also train, deploy and delete.
_SCORES = "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/score/action"
_SOFT_DELETE_DAYS = 30
# Azure gives this role by itself to an endpoint whose identity it makes, and to no other one:
# https://learn.microsoft.com/azure/machine-learning/concept-endpoints-online-auth
_READS_WORKSPACE = "Storage Blob Data Reader"
# Everything in a workspace but its machines and itself: https://learn.microsoft.com/azure/machine-learning/how-to-assign-roles
_DEPLOYS = "AzureML Data Scientist"
# Who writes an endpoint says as whom it runs.
_USES_IDENTITY = "Managed Identity Operator"


def azure_ml_stack(app: Scope, spec: Spec, environment: Environment, declared: AzureMl) -> None:
    """The workspace with the resources that it needs, and the endpoints."""
    place = serving_place(app, spec, environment, "azure-ml", pipeline=True)
    azure = spec.platform.azure
    use_azapi(place.stack, tenant_id=azure.tenant_id, subscription_id=environment.azure.subscription_id)
    identity, key = place.identity("workspace-identity", place.name("ml")), place.key("azure-ml")
    may_encrypt = place.give("workspace-key-user", KEY_USER, key.resource_id, identity.principal_id)
    parts = _parts(place, identity, key, may_encrypt)
    props = MachineLearningProps(
        name=azure_names.azure_ml(place.prefix, environment.name),
        registry_id=place.registry_id,
        identity_id=identity.id,
        key_vault_id=place.places.key_vault_id,
        key_id=key.id,
        depends_on=(may_encrypt, *_roles(place, identity, parts)),
        **parts,
        **place.at,
    )
    workspace = machine_learning(place.stack, "workspace", props)
    place.endpoint("workspace-api", workspace.id, "amlworkspace", azure_names.AZURE_ML_ZONES)
    place.log("workspace", workspace.id)
    pipeline = pipeline_identity(place)
    place.give("pipeline-workspace", _DEPLOYS, workspace.id, pipeline)
    callers = _caller_role(place)
    for each in place.models:
        place.give(f"{each.label}-pipeline-identity", _USES_IDENTITY, place.served_identity_id(each.label), pipeline)
        _endpoint(place, each, workspace, declared, callers)
        place.give(f"{each.label}-account", _READS_WORKSPACE, parts["account_id"], _principal(place, each))


def _parts(place: ServingPlace, identity: Resource, key: EncryptionKeyOutputs, may_encrypt: Resource) -> dict[str, str]:
    """Ids of the storage account, the vault and the Application Insights that a workspace requires."""
    return {
        "vault_id": _vault(place),
        "account_id": _account(place, identity, key, may_encrypt),
        "insights_id": _insights(place),
    }


def _vault(place: ServingPlace) -> str:
    azure = place.spec.platform.azure
    props = KeyVaultProps(
        name=place.name("ml"),
        tenant_id=azure.tenant_id,
        resource_group=place.places.resource_group,
        location=azure.region,
    )
    vault = key_vault(place.stack, "vault", props)
    place.endpoint("ml-vault", vault.id, "vault", (azure_names.DNS_ZONES["vault"],))
    place.log("vault", vault.id)
    return vault.id


def _account(place: ServingPlace, identity: Resource, key: EncryptionKeyOutputs, may_encrypt: Resource) -> str:
    """Encrypted with the key, which the identity may use; it has no account keys."""
    binding = azurerm.storage_account
    account = binding.StorageAccount(
        place.stack,
        "account",
        name=azure_names.azure_ml_account(place.prefix, place.environment.name),
        resource_group_name=place.places.resource_group,
        location=place.spec.platform.azure.region,
        account_kind="StorageV2",
        account_tier="Standard",
        account_replication_type=place.environment.azure.redundancy,
        infrastructure_encryption_enabled=True,
        customer_managed_key=binding.StorageAccountCustomerManagedKey(
            key_vault_key_id=key.versionless_id, user_assigned_identity_id=identity.id
        ),
        identity=binding.StorageAccountIdentity(type="UserAssigned", identity_ids=[identity.id]),
        blob_properties=binding.StorageAccountBlobProperties(
            delete_retention_policy=binding.StorageAccountBlobPropertiesDeleteRetentionPolicy(days=_SOFT_DELETE_DAYS),
            container_delete_retention_policy=binding.StorageAccountBlobPropertiesContainerDeleteRetentionPolicy(
                days=_SOFT_DELETE_DAYS
            ),
        ),
        network_rules=binding.StorageAccountNetworkRules(default_action="Deny", bypass=["AzureServices"]),
        depends_on=[may_encrypt],
        **closed_account(NOBODY),
    )
    place.endpoint("ml-blob", account.id, "blob", (azure_names.DNS_ZONES["blob"],))
    place.log("account", f"{account.id}/blobServices/default")
    account_id: str = account.id
    return account_id


def _insights(place: ServingPlace) -> str:
    insights = azurerm.application_insights.ApplicationInsights(
        place.stack,
        "insights",
        name=place.name("ml"),
        resource_group_name=place.places.resource_group,
        location=place.spec.platform.azure.region,
        application_type="web",
        workspace_id=place.logs_id,
        local_authentication_disabled=True,
        internet_ingestion_enabled=False,
        internet_query_enabled=False,
    )
    insights_id: str = insights.id
    return insights_id


def _roles(place: ServingPlace, identity: Resource, parts: dict[str, str]) -> tuple[Resource, ...]:
    given = (
        ("account", _MANAGES, parts["account_id"]),
        ("account-data", "Storage Blob Data Contributor", parts["account_id"]),
        ("vault", _MANAGES, parts["vault_id"]),
        ("vault-data", "Key Vault Administrator", parts["vault_id"]),
        ("images", _MANAGES, place.registry_id),
        ("insights", _MANAGES, parts["insights_id"]),
    )
    return tuple(place.give(f"workspace-{what}", name, scope, identity.principal_id) for what, name, scope in given)


def _caller_role(place: ServingPlace) -> Resource:
    """A custom role that can only call endpoints."""
    binding = azurerm.role_definition
    group = azure_names.resource_group_id(place.environment.azure.subscription_id, place.places.resource_group)
    return binding.RoleDefinition(
        place.stack,
        "caller-role",
        name=place.name("asks-endpoints"),
        scope=group,
        description="Asks online endpoints of Azure Machine Learning; sees and changes nothing else.",
        permissions=[binding.RoleDefinitionPermissions(actions=[_SCORES])],
        assignable_scopes=[group],
    )


def _principal(place: ServingPlace, each: Served) -> str:
    """The object id of the model's identity, which the stack `<env>-images` created."""
    found = azurerm.data_azurerm_user_assigned_identity.DataAzurermUserAssignedIdentity(
        place.stack,
        f"{each.label}-identity",
        name=azure_names.served_identity(place.prefix, place.environment.name, each.label),
        resource_group_name=place.places.resource_group,
    )
    return str(found.principal_id)


def _endpoint(place: ServingPlace, each: Served, workspace: Resource, declared: AzureMl, callers: Resource) -> None:
    """The endpoint of one model, and the rights to call it."""
    props = OnlineEndpointProps(
        name=azure_names.azure_ml_endpoint(place.prefix, place.environment.name, each.label),
        location=place.spec.platform.azure.region,
        workspace=workspace,
        identity_id=place.served_identity_id(each.label),
        description=each.model.comment,
        tags={**place.spec.platform.tags, "environment": place.environment.name, "use_case": each.use_case.name},
    )
    endpoint_id = online_endpoint(place.stack, f"{each.label}-endpoint", props)
    for position, group in enumerate(declared.callers):
        azurerm.role_assignment.RoleAssignment(
            place.stack,
            f"{each.label}-caller-{position}",
            scope=endpoint_id,
            # By name, which a scanner can read.
            role_definition_name=place.name("asks-endpoints"),
            principal_id=group,
            principal_type="Group",
            depends_on=[callers],
        )
