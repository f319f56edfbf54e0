"""Resource types that give access in unsupported forms: unknown principals gain unknown rights."""

from functools import cache

from policies.globs import fits

# Roles, keys and sign-ins with too many forms to parse: all of Entra, and everything that uses Azure's API directly.
_UNREAD = (
    "azapi_*",
    "azuread_*",
    "azurerm_*_aad_admin",
    "azurerm_*_aad_administrator",
    "azurerm_*_access_policy*",
    "azurerm_*_active_directory_administrator",
    "azurerm_*_authorization_rule",
    "azurerm_*_deployment_script*",
    "azurerm_*_policy_exemption",
    "azurerm_*_policy_assignment",
    "azurerm_*_policy_remediation",
    "azurerm_*_principal_assignment",
    "azurerm_*_role_assignment*",
    "azurerm_*_role_binding",
    "azurerm_*_role_definition",
    "azurerm_*_sas_token_definition",
    "azurerm_*_template_deployment",
    "azurerm_application_insights_api_key",
    "azurerm_container_registry_scope_map",
    "azurerm_container_registry_task*",
    "azurerm_container_registry_token*",
    "azurerm_key_vault_managed_storage_account",
    "azurerm_kubernetes_cluster_extension",
    "azurerm_lighthouse_*",
    "azurerm_pim_*",
    "azurerm_policy_*definition",
    "azurerm_policy_virtual_machine_configuration_assignment",
    "azurerm_role_management_policy",
    "azurerm_storage_account_local_user",
    "azurerm_virtual_machine_extension",
    "databricks_*_instance_profile",
    "databricks_account_federation_policy",
    "databricks_app",
    "databricks_clean_room*",
    "databricks_custom_app_integration",
    "databricks_git_credential",
    "databricks_instance_profile",
    "databricks_metastore_data_access",
    "databricks_mws_credentials",
    "databricks_obo_token",
    "databricks_published_app_integration",
    "databricks_service_principal_secret",
    "databricks_token",
)


@cache
def gives_unread(kind: str) -> bool:
    """Whether resources of that type give access that is not parsed row by row."""
    return fits(kind, _UNREAD)
