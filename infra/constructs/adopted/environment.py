"""The adopted resources of an environment: its lake, its key vault, its workspace."""

from dataclasses import dataclass

from infra.azure_ids import parsed
from infra.cdktf_seam import Resource, Scope, azurerm
from infra.constructs.adopted.condition import Condition, checked, equals, in_region
from infra.spec import AdoptedNetwork


def adopted_lake(scope: Scope, id_: str, id_text: str, region: str) -> Resource:
    """A storage account that is fit for a lake. The provider shows neither its firewall nor whether it has keys."""
    where = parsed(id_text)
    made = azurerm.data_azurerm_storage_account.DataAzurermStorageAccount(
        scope, id_, name=where.name, resource_group_name=where.group
    )
    conditions = (
        in_region(region),
        equals("account_kind", "StorageV2", fix="Other kinds have no containers with folders."),
        equals("is_hns_enabled", True, fix="Unity Catalog needs folders, and they cannot be turned on here."),
        equals("https_traffic_only_enabled", True, fix="Turn secure transfer on."),
        equals("min_tls_version", "TLS1_2", fix="Raise the oldest protocol."),
        equals("allow_nested_items_to_be_public", False, fix="Turn anonymous access off."),
    )
    return checked("lake", made, conditions)


@dataclass(frozen=True, kw_only=True)
class AdoptedVaultProps:
    """`private`: private endpoints are the only way in."""

    id: str
    region: str
    tenant_id: str
    private: bool


def adopted_vault(scope: Scope, id_: str, props: AdoptedVaultProps) -> Resource:
    """A vault that is fit for the environment's keys: HSM-backed, role-based, with purge protection."""
    where = parsed(props.id)
    made = azurerm.data_azurerm_key_vault.DataAzurermKeyVault(
        scope, id_, name=where.name, resource_group_name=where.group
    )
    conditions = [
        in_region(props.region),
        equals("tenant_id", props.tenant_id, fix="The environment's identities are not known in another tenant."),
        equals("sku_name", "premium", fix="The keys are made in hardware."),
        equals("rbac_authorization_enabled", True, fix="Access is given by roles; policies of the vault hide them."),
        equals("purge_protection_enabled", True, fix="A key that is purged takes all data with it."),
        equals("network_acls[0].default_action", "Deny", fix="Name who may reach it."),
    ]
    if props.private:
        conditions.append(equals("public_network_access_enabled", False, fix="The profile is private."))
    return checked("key vault", made, conditions)


@dataclass(frozen=True, kw_only=True)
class AdoptedWorkspaceProps:
    """`number` and `host` are Databricks' own: the number in its URL, and the URL without https://."""

    id: str
    region: str
    number: int
    host: str
    network: AdoptedNetwork


def adopted_workspace(scope: Scope, id_: str, props: AdoptedWorkspaceProps) -> Resource:
    """A workspace in the adopted network, without public addresses."""
    where, subnets = parsed(props.id), props.network.subnets
    made = azurerm.data_azurerm_databricks_workspace.DataAzurermDatabricksWorkspace(
        scope, id_, name=where.name, resource_group_name=where.group
    )
    inside, vnet = "custom_parameters[0]", props.network.virtual_network
    conditions = (
        in_region(props.region),
        equals("workspace_id", str(props.number), fix="Correct workspace.id in the environment's file."),
        equals("workspace_url", props.host, fix="Correct workspace.url in the environment's file."),
        equals("sku", "premium", fix="Unity Catalog and private endpoints need it."),
        equals(f"{inside}.no_public_ip", True, fix="Turn secure cluster connectivity on."),
        Condition(
            holds=f'lower(self.{inside}.virtual_network_id) == "{vnet.lower()}"',
            found=f"stands in ${{self.{inside}.virtual_network_id}}",
            fix=f"Allowed: {vnet}. A workspace cannot move: adopt its own network.",
        ),
        equals(f"{inside}.public_subnet_name", parsed(subnets.host).name, fix="Adopt its own subnets."),
        equals(f"{inside}.private_subnet_name", parsed(subnets.container).name, fix="Adopt its own subnets."),
    )
    return checked("workspace", made, conditions)
