"""By type of the providers' resources: what of the local cloud's REST answers it. For tests."""

from collections.abc import Iterable
from typing import Any

from localcloud.services.azure.roles import BUILT_IN

# The types of Azure Resource Manager that each of azurerm's resources is written to.
AZURE = {
    "azurerm_application_insights": "Microsoft.Insights/components",
    "azurerm_consumption_budget_subscription": "Microsoft.Consumption/budgets",
    "azurerm_container_registry": "Microsoft.ContainerRegistry/registries",
    "azurerm_data_factory": "Microsoft.DataFactory/factories",
    "azurerm_data_factory_credential_user_managed_identity": "Microsoft.DataFactory/factories/credentials",
    "azurerm_data_factory_integration_runtime_azure": "Microsoft.DataFactory/factories/integrationRuntimes",
    "azurerm_data_factory_linked_custom_service": "Microsoft.DataFactory/factories/linkedservices",
    "azurerm_data_factory_managed_private_endpoint": (
        "Microsoft.DataFactory/factories/managedVirtualNetworks/managedPrivateEndpoints"
    ),
    "azurerm_data_factory_pipeline": "Microsoft.DataFactory/factories/pipelines",
    "azurerm_data_factory_trigger_schedule": "Microsoft.DataFactory/factories/triggers",
    "azurerm_databricks_access_connector": "Microsoft.Databricks/accessConnectors",
    "azurerm_databricks_workspace": "Microsoft.Databricks/workspaces",
    "azurerm_databricks_workspace_root_dbfs_customer_managed_key": "Microsoft.Databricks/workspaces",
    "azurerm_disk_encryption_set": "Microsoft.Compute/diskEncryptionSets",
    "azurerm_eventhub": "Microsoft.EventHub/namespaces/eventhubs",
    "azurerm_eventhub_namespace": "Microsoft.EventHub/namespaces",
    "azurerm_eventhub_namespace_customer_managed_key": "Microsoft.EventHub/namespaces",
    "azurerm_federated_identity_credential": (
        "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials"
    ),
    "azurerm_firewall": "Microsoft.Network/azureFirewalls",
    "azurerm_firewall_policy": "Microsoft.Network/firewallPolicies",
    "azurerm_firewall_policy_rule_collection_group": "Microsoft.Network/firewallPolicies/ruleCollectionGroups",
    "azurerm_key_vault": "Microsoft.KeyVault/vaults",
    "azurerm_kubernetes_cluster": "Microsoft.ContainerService/managedClusters",
    "azurerm_kubernetes_cluster_node_pool": "Microsoft.ContainerService/managedClusters/agentPools",
    "azurerm_log_analytics_workspace": "Microsoft.OperationalInsights/workspaces",
    "azurerm_machine_learning_workspace": "Microsoft.MachineLearningServices/workspaces",
    "azurerm_management_lock": "Microsoft.Authorization/locks",
    "azurerm_monitor_action_group": "Microsoft.Insights/actionGroups",
    "azurerm_monitor_activity_log_alert": "Microsoft.Insights/activityLogAlerts",
    "azurerm_monitor_diagnostic_setting": "Microsoft.Insights/diagnosticSettings",
    "azurerm_monitor_metric_alert": "Microsoft.Insights/metricAlerts",
    "azurerm_nat_gateway": "Microsoft.Network/natGateways",
    "azurerm_nat_gateway_public_ip_association": "Microsoft.Network/natGateways",
    "azurerm_network_security_group": "Microsoft.Network/networkSecurityGroups",
    "azurerm_network_security_rule": "Microsoft.Network/networkSecurityGroups/securityRules",
    "azurerm_postgresql_flexible_server": "Microsoft.DBforPostgreSQL/flexibleServers",
    "azurerm_postgresql_flexible_server_active_directory_administrator": (
        "Microsoft.DBforPostgreSQL/flexibleServers/administrators"
    ),
    "azurerm_postgresql_flexible_server_database": "Microsoft.DBforPostgreSQL/flexibleServers/databases",
    "azurerm_private_dns_zone": "Microsoft.Network/privateDnsZones",
    "azurerm_private_dns_zone_virtual_network_link": "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
    "azurerm_private_endpoint": "Microsoft.Network/privateEndpoints",
    "azurerm_public_ip": "Microsoft.Network/publicIPAddresses",
    "azurerm_resource_group": "Microsoft.Resources/resourceGroups",
    "azurerm_role_assignment": "Microsoft.Authorization/roleAssignments",
    "azurerm_role_definition": "Microsoft.Authorization/roleDefinitions",
    "azurerm_route": "Microsoft.Network/routeTables/routes",
    "azurerm_route_table": "Microsoft.Network/routeTables",
    "azurerm_storage_account": "Microsoft.Storage/storageAccounts",
    "azurerm_storage_container": "Microsoft.Storage/storageAccounts/blobServices/containers",
    "azurerm_storage_management_policy": "Microsoft.Storage/storageAccounts/managementPolicies",
    "azurerm_subnet": "Microsoft.Network/virtualNetworks/subnets",
    "azurerm_subnet_nat_gateway_association": "Microsoft.Network/virtualNetworks/subnets",
    "azurerm_subnet_network_security_group_association": "Microsoft.Network/virtualNetworks/subnets",
    "azurerm_subnet_route_table_association": "Microsoft.Network/virtualNetworks/subnets",
    "azurerm_user_assigned_identity": "Microsoft.ManagedIdentity/userAssignedIdentities",
    "azurerm_virtual_network": "Microsoft.Network/virtualNetworks",
    "azurerm_virtual_network_peering": "Microsoft.Network/virtualNetworks/virtualNetworkPeerings",
}
_ACCOUNT = "/api/2.0/accounts/{account_id}"
_UNITY = "/api/2.1/unity-catalog"
_SETTING = "PATCH /api/2.0/settings/types/{setting_type}/names/default"
# The route that makes or writes one first, of every other resource.
ROUTES = {
    "azurerm_key_vault_key": "POST /keys/{name}/create",
    "databricks_access_control_rule_set": "PUT /api/2.0/preview/accounts/{account_id}/access-control/rule-sets",
    "databricks_account_network_policy": f"POST {_ACCOUNT}/network-policies",
    "databricks_alert_v2": "POST /api/2.0/alerts",
    "databricks_budget": "POST /api/2.1/accounts/{account_id}/budgets",
    "databricks_budget_policy": "POST /api/2.1/accounts/{account_id}/budget-policies",
    "databricks_catalog": f"POST {_UNITY}/catalogs",
    "databricks_cluster": "POST /api/{version}/clusters/create",
    "databricks_cluster_policy": "POST /api/2.0/policies/clusters/create",
    "databricks_dashboard": "POST /api/2.0/lakeview/dashboards",
    "databricks_data_quality_monitor": "POST /api/data-quality/v1/monitors",
    "databricks_database_instance": "POST /api/2.0/database/instances",
    "databricks_default_namespace_setting": _SETTING,
    "databricks_directory": "POST /api/2.0/workspace/mkdirs",
    "databricks_disable_legacy_access_setting": _SETTING,
    "databricks_disable_legacy_dbfs_setting": _SETTING,
    "databricks_entity_tag_assignment": f"POST {_UNITY}/entity-tag-assignments",
    "databricks_external_location": f"POST {_UNITY}/external-locations",
    "databricks_file": "PUT /api/2.0/fs/files/{path:path}",
    "databricks_grant": f"PATCH {_UNITY}/permissions/{{securable_type}}/{{full_name}}",
    "databricks_grants": f"PATCH {_UNITY}/permissions/{{securable_type}}/{{full_name}}",
    "databricks_group": "POST /api/2.0/preview/scim/v2/Groups",
    "databricks_group_member": "PATCH /api/2.0/preview/scim/v2/Groups/{identifier}",
    "databricks_instance_pool": "POST /api/2.0/instance-pools/create",
    "databricks_ip_access_list": "POST /api/2.0/ip-access-lists",
    "databricks_job": "POST /api/2.2/jobs/create",
    "databricks_metastore": f"POST {_ACCOUNT}/metastores",
    "databricks_metastore_assignment": f"PUT {_UNITY}/workspaces/{{workspace_id}}/metastore",
    "databricks_mlflow_experiment": "POST /api/{version}/mlflow/{path:path}",
    "databricks_model_serving": "POST /api/2.0/serving-endpoints",
    "databricks_mws_ncc_binding": f"PATCH {_ACCOUNT}/workspaces/{{workspace_id}}",
    "databricks_mws_ncc_private_endpoint_rule": (
        f"POST {_ACCOUNT}/network-connectivity-configs/{{configuration}}/private-endpoint-rules"
    ),
    "databricks_mws_network_connectivity_config": f"POST {_ACCOUNT}/network-connectivity-configs",
    "databricks_mws_permission_assignment": (
        f"PUT {_ACCOUNT}/workspaces/{{workspace_id}}/permissionassignments/principals/{{principal_id}}"
    ),
    "databricks_notification_destination": "POST /api/2.0/notification-destinations",
    "databricks_online_store": "POST /api/2.0/feature-store/online-stores",
    "databricks_permissions": "PUT /api/2.0/permissions/{object_type}/{object_id}",
    "databricks_pipeline": "POST /api/2.0/pipelines",
    "databricks_policy_info": f"POST {_UNITY}/policies",
    "databricks_quality_monitor": f"POST {_UNITY}/tables/{{full_name}}/monitor",
    "databricks_query": "POST /api/2.0/sql/queries",
    "databricks_registered_model": f"POST {_UNITY}/models",
    "databricks_repo": "POST /api/2.0/repos",
    "databricks_restrict_workspace_admins_setting": _SETTING,
    "databricks_schema": f"POST {_UNITY}/schemas",
    "databricks_secret_acl": "POST /api/2.0/secrets/acls/put",
    "databricks_secret_scope": "POST /api/2.0/secrets/scopes/create",
    "databricks_service_principal": "POST /api/2.0/preview/scim/v2/ServicePrincipals",
    "databricks_service_principal_federation_policy": (
        f"POST {_ACCOUNT}/servicePrincipals/{{principal_id}}/federationPolicies"
    ),
    "databricks_sql_endpoint": "POST /api/2.0/sql/warehouses",
    "databricks_storage_credential": f"POST {_UNITY}/storage-credentials",
    "databricks_system_schema": f"PUT {_UNITY}/metastores/{{metastore_id}}/systemschemas/{{name}}",
    "databricks_tag_policy": "POST /api/2.1/tag-policies",
    "databricks_volume": f"POST {_UNITY}/volumes",
    "databricks_workspace_binding": f"PATCH {_UNITY}/bindings/{{securable_type}}/{{name}}",
    "databricks_workspace_file": "POST /api/2.0/workspace/import",
    "databricks_workspace_conf": "PATCH /api/2.0/workspace-conf",
    "databricks_workspace_network_option": f"PUT {_ACCOUNT}/workspaces/{{workspace_id}}/network",
}
# The provider runs SQL of the Hive metastore on a cluster for it, and the local cloud has neither.
LEFT_OUT = {"databricks_sql_permissions"}


def unknown_roles(resources: Iterable[dict[str, Any]]) -> set[str]:
    """The roles that documents give by name and that are neither built in nor declared in one of them."""
    given, own = set(), set()
    for each in resources:
        for role in each.get("azurerm_role_assignment", {}).values():
            given |= {role["role_definition_name"]} if "role_definition_name" in role else set()
        own |= {role["name"] for role in each.get("azurerm_role_definition", {}).values()}
    return given - own - BUILT_IN.keys()
