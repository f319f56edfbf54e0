"""The Databricks workspace of an environment, in its network and with customer-managed keys."""

from collections.abc import Sequence
from dataclasses import dataclass

from infra.cdktf_seam import Resource, Scope, azurerm
from infra.constructs.identity.role import RoleProps, role
from infra.constructs.network.spoke_network import SpokeOutputs
from infra.constructs.storage.key_vault import EncryptionKeyOutputs
from infra.spec import Compliance

# May use a key only to wrap others.
KEY_USER = "Key Vault Crypto Service Encryption User"


@dataclass(frozen=True, kw_only=True)
class WorkspaceKeys:
    """A key for each kind of data: notebooks and results, disks, and the storage account that Databricks creates."""

    managed_services: EncryptionKeyOutputs
    managed_disks: EncryptionKeyOutputs
    root_storage: EncryptionKeyOutputs


@dataclass(frozen=True, kw_only=True)
class AzureWorkspaceProps:
    """The inputs of a workspace.

    `root_account` names the storage account that Databricks creates. Behind its firewall only `root_connector_id` and
    private endpoints reach it; None weakens: without private endpoints it can have no firewall.
    `databricks_principal_id` is the object id of Databricks' own application in the tenant, which uses the key of the
    managed services. `public` weakens: people sign in from the internet, and nodes reach Databricks through it.
    """

    name: str
    resource_group: str
    managed_resource_group: str
    location: str
    spoke: SpokeOutputs
    root_account: str
    root_redundancy: str
    root_connector_id: str | None
    keys: WorkspaceKeys
    databricks_principal_id: str
    compliance: Compliance
    public: bool = False
    depends_on: Sequence[Resource] = ()


@dataclass(frozen=True, kw_only=True)
class AzureWorkspaceOutputs:
    """Its id, and `encrypted`, which must be complete before anything else changes the workspace."""

    id: str
    encrypted: Resource


def azure_workspace(scope: Scope, id_: str, props: AzureWorkspaceProps) -> AzureWorkspaceOutputs:
    """A workspace whose nodes have no public address, with both keys, and the root storage's key right after."""
    services = props.keys.managed_services
    may_encrypt = role(
        scope,
        f"{id_}-services-key-user",
        RoleProps(role=KEY_USER, scope=services.resource_id, principal_id=props.databricks_principal_id),
    )
    made = azurerm.databricks_workspace.DatabricksWorkspace(
        scope,
        id_,
        name=props.name,
        resource_group_name=props.resource_group,
        managed_resource_group_name=props.managed_resource_group,
        location=props.location,
        sku="premium",
        public_network_access_enabled=props.public,
        network_security_group_rules_required="AllRules" if props.public else "NoAzureDatabricksRules",
        customer_managed_key_enabled=True,
        infrastructure_encryption_enabled=True,
        managed_services_cmk_key_vault_key_id=services.id,
        managed_disk_cmk_key_vault_key_id=props.keys.managed_disks.id,
        managed_disk_cmk_rotation_to_latest_version_enabled=True,
        # The provider takes both or neither.
        default_storage_firewall_enabled=True if props.root_connector_id else None,
        access_connector_id=props.root_connector_id,
        custom_parameters=_in_network(props),
        enhanced_security_compliance=_compliance(props.compliance),
        depends_on=[may_encrypt, *props.depends_on],
    )
    return AzureWorkspaceOutputs(id=made.id, encrypted=_encrypted(scope, id_, made, props.keys))


def _in_network(props: AzureWorkspaceProps) -> Resource:
    return azurerm.databricks_workspace.DatabricksWorkspaceCustomParameters(
        no_public_ip=True,
        virtual_network_id=props.spoke.vnet_id,
        # Azure's names of the two: neither has a public address.
        public_subnet_name=props.spoke.host_subnet_name,
        public_subnet_network_security_group_association_id=props.spoke.host_nsg_association_id,
        private_subnet_name=props.spoke.container_subnet_name,
        private_subnet_network_security_group_association_id=props.spoke.container_nsg_association_id,
        storage_account_name=props.root_account,
        storage_account_sku_name=f"Standard_{props.root_redundancy}",
    )


def _compliance(compliance: Compliance) -> Resource:
    return azurerm.databricks_workspace.DatabricksWorkspaceEnhancedSecurityCompliance(
        automatic_cluster_update_enabled=compliance.automatic_updates,
        enhanced_security_monitoring_enabled=compliance.monitoring,
        compliance_security_profile_enabled=compliance.profile,
        compliance_security_profile_standards=list(compliance.standards) or None,
    )


def _encrypted(scope: Scope, id_: str, made: Resource, keys: WorkspaceKeys) -> Resource:
    """The workspace's own identities get their keys once they exist; then the root storage is encrypted."""
    role(
        scope,
        f"{id_}-disks-key-user",
        RoleProps(
            role=KEY_USER,
            scope=keys.managed_disks.resource_id,
            principal_id=made.managed_disk_identity.get(0).principal_id,
        ),
    )
    may_encrypt = role(
        scope,
        f"{id_}-root-key-user",
        RoleProps(
            role=KEY_USER,
            scope=keys.root_storage.resource_id,
            principal_id=made.storage_account_identity.get(0).principal_id,
        ),
    )
    binding = azurerm.databricks_workspace_root_dbfs_customer_managed_key
    return binding.DatabricksWorkspaceRootDbfsCustomerManagedKey(
        scope,
        f"{id_}-root-key",
        workspace_id=made.id,
        key_vault_key_id=keys.root_storage.id,
        depends_on=[may_encrypt],
    )
