"""An Azure Machine Learning workspace without access from the internet."""

from collections.abc import Sequence
from dataclasses import dataclass

from infra.cdktf_seam import Resource, Scope, azurerm
from infra.constructs.serving_places.azapi import azapi
from infra.constructs.serving_places.online_endpoint import API


@dataclass(frozen=True, kw_only=True)
class MachineLearningProps:
    """Ids of the resources behind the workspace. `identity_id` is its managed identity, which may use the key `key_id`.

    `depends_on` are that identity's role assignments.
    """

    name: str
    resource_group: str
    location: str
    registry_id: str
    account_id: str
    vault_id: str
    insights_id: str
    identity_id: str
    key_vault_id: str
    key_id: str
    depends_on: Sequence[Resource] = ()


def machine_learning(scope: Scope, id_: str, props: MachineLearningProps) -> Resource:
    """The workspace. Its compute runs in a network that Azure manages, with outbound access only to named places."""
    binding = azurerm.machine_learning_workspace
    made = binding.MachineLearningWorkspace(
        scope,
        id_,
        name=props.name,
        resource_group_name=props.resource_group,
        location=props.location,
        application_insights_id=props.insights_id,
        container_registry_id=props.registry_id,
        key_vault_id=props.vault_id,
        storage_account_id=props.account_id,
        public_network_access_enabled=False,
        v1_legacy_mode_enabled=False,
        # Azure then keeps less diagnostic data.
        high_business_impact=True,
        managed_network=binding.MachineLearningWorkspaceManagedNetwork(
            isolation_mode="AllowOnlyApprovedOutbound", provision_on_creation_enabled=True
        ),
        identity=binding.MachineLearningWorkspaceIdentity(type="UserAssigned", identity_ids=[props.identity_id]),
        primary_user_assigned_identity=props.identity_id,
        # Its records stay in Azure's own databases, under this key; otherwise they would be created in our
        # subscription.
        service_side_encryption_enabled=True,
        encryption=binding.MachineLearningWorkspaceEncryption(
            key_vault_id=props.key_vault_id, key_id=props.key_id, user_assigned_identity_id=props.identity_id
        ),
        depends_on=list(props.depends_on),
    )
    settings = {
        "type": f"Microsoft.MachineLearningServices/workspaces@{API}",
        "resource_id": made.id,
        # The account has no keys, and azurerm lacks this setting.
        "body": {"properties": {"systemDatastoresAuthMode": "identity"}},
    }
    azapi(scope, f"{id_}-storage-by-identity", "azapi_update_resource", settings)
    return made
