"""The breakage of every rule."""

from tests.policies.checks.breakages import (
    Breakage,
    append,
    as_it_is,
    backwards,
    both,
    drop,
    for_gpus,
    has,
    of_a_catalog_of_its_stack,
    policy,
    policy_without_tags,
    put,
    runs_code_first,
    several_tasks,
    without,
)

_GRANT_TO_ALL = {"principal": "account users", "privileges": ["MODIFY"]}
_DEV_WRITES = {"principal": "dev-engineers", "privileges": ["MODIFY"]}
_KEY = "ssh-ed25519 AAAA someone"
_CLUSTER = {
    "spark_version": "17.3.x-cpu-ml-scala2.13",
    "autotermination_minutes": 30,
    "data_security_mode": "SINGLE_USER",
}
_EVERYBODY_CALLS = {"group_name": "users", "permission_level": "CAN_QUERY"}
_EVERYBODY_ATTACHES = {"group_name": "users", "permission_level": "CAN_MANAGE_RUN"}
_SHARE = {"name": "s", "object": [{"name": "exchange.a.b", "data_object_type": "TABLE"}]}
_ENGINEERS_MANAGE = {"group_name": "ml-engineers", "permission_level": "CAN_MANAGE"}
_ANY_NAME = {"name": "any", "source_addresses": ["10.0.0.0/8"], "destination_fqdns": ["*"]}

_METASTORE = {
    "name": "mlops-westeurope",
    "region": "westeurope",
    "owner": "platform-admins",
    "delta_sharing_scope": "INTERNAL",
    "delta_sharing_recipient_token_lifetime_in_seconds": 30 * 24 * 3600,
    "lifecycle": {"prevent_destroy": True},
}

ACCESS = {
    "CKV_MLOPS_1": Breakage("databricks_grants", append("grant", _GRANT_TO_ALL)),
    "CKV_MLOPS_2": Breakage("databricks_grants", append("grant", _DEV_WRITES), stacks="prod-"),
    "CKV_MLOPS_3": Breakage(
        "databricks_workspace_binding",
        put("binding_type", "BINDING_TYPE_READ_WRITE"),
        where=lambda binding: binding["binding_type"] == "BINDING_TYPE_READ_ONLY",
    ),
    "CKV_MLOPS_4": Breakage("databricks_metastore", put("owner", "someone@example.com"), added=_METASTORE),
    "CKV_MLOPS_5": Breakage("databricks_catalog", put("owner", "${databricks_user.someone.user_name}")),
    "CKV_MLOPS_6": Breakage(
        "databricks_permissions", append("access_control", _ENGINEERS_MANAGE), where=has("job_id"), stacks="prod-"
    ),
    "CKV_MLOPS_7": Breakage(
        "databricks_service_principal_federation_policy", put("oidc_policy.subject", "repo:example-org/mlops:*")
    ),
    "CKV_MLOPS_8": Breakage(
        "databricks_permissions",
        append("access_control", {"group_name": "users", "permission_level": "CAN_USE"}),
        where=has("authorization"),
    ),
    "CKV_MLOPS_9": Breakage("databricks_secret_acl", put("principal", "users")),
    "CKV_MLOPS_35": Breakage(
        "databricks_notification_destination", put("config.slack", {"oauth_token": "hunter2hunter2"})
    ),
    "CKV_MLOPS_78": Breakage("databricks_group", put("allow_cluster_create", True)),
    "CKV_MLOPS_82": Breakage(
        "databricks_permissions", append("access_control", _EVERYBODY_ATTACHES), where=has("job_id")
    ),
    "CKV_MLOPS_83": Breakage(
        "azurerm_role_assignment",
        put("role_definition_name", "Contributor"),
        added={"scope": "/subscriptions/1", "role_definition_name": "Reader", "principal_id": "p"},
        where=lambda _: False,
    ),
    "CKV_MLOPS_86": Breakage(
        "databricks_access_control_rule_set", append("grant_rules", {"principals": ["groups/users"], "role": "roles/x"})
    ),
    "CKV_MLOPS_87": Breakage(
        "databricks_user_role", put("role", "account_admin"), added={"user_id": "1", "role": "marketplace_admin"}
    ),
    "CKV_MLOPS_90": Breakage("provider.databricks", put("token", "hunter2hunter2"), added={"host": "https://adb-1.1"}),
    "CKV_MLOPS_36": Breakage("databricks_token", as_it_is, added={"lifetime_seconds": 3600}),
    "CKV_MLOPS_37": Breakage("databricks_secret_scope", drop("keyvault_metadata")),
}

DATA = {
    "CKV_MLOPS_11": Breakage("databricks_catalog", put("isolation_mode", "OPEN")),
    "CKV_MLOPS_12": Breakage("databricks_external_location", drop("isolation_mode")),
    "CKV_MLOPS_13": Breakage("databricks_external_location", put("fallback", True)),
    "CKV_MLOPS_14": Breakage("databricks_storage_credential", put("skip_validation", True)),
    "CKV_MLOPS_15": Breakage("databricks_storage_credential", drop("azure_managed_identity")),
    "CKV_MLOPS_16": Breakage(
        "databricks_catalog", put("force_destroy", True), where=lambda catalog: catalog["name"] == "prod"
    ),
    "CKV_MLOPS_17": Breakage("databricks_catalog", drop("lifecycle"), where=lambda catalog: catalog["name"] == "prod"),
    "CKV_MLOPS_18": Breakage(
        "databricks_metastore", put("storage_root", "abfss://meta@a.dfs.core.windows.net/"), added=_METASTORE
    ),
    "CKV_MLOPS_19": Breakage(
        "databricks_metastore",
        put("delta_sharing_recipient_token_lifetime_in_seconds", 365 * 24 * 3600),
        added=_METASTORE,
    ),
    "CKV_MLOPS_20": Breakage(
        "databricks_recipient",
        drop("ip_access_list"),
        added={"authentication_type": "TOKEN", "ip_access_list": {"allowed_ip_addresses": ["203.0.113.0/24"]}},
    ),
    "CKV_MLOPS_21": Breakage("databricks_sql_permissions", as_it_is, added={"table": "credit"}),
}

DATA |= {
    "CKV_MLOPS_84": Breakage("databricks_mount", as_it_is, added={"name": "lake"}),
    "CKV_MLOPS_88": Breakage(
        "databricks_share", append("object", {"name": "prod.gold.a", "data_object_type": "TABLE"}), added=_SHARE
    ),
}

COMPUTE = {
    "CKV_MLOPS_85": Breakage("databricks_job", append("parameter", {"name": "api_key", "default": "hunter2hunter2"})),
    "CKV_MLOPS_22": Breakage(
        "databricks_job", put("job_cluster.new_cluster.data_security_mode", "NONE"), where=has("job_cluster")
    ),
    "CKV_MLOPS_23": Breakage("databricks_cluster_policy", policy(data_security_mode=None)),
    "CKV_MLOPS_24": Breakage(
        "databricks_cluster_policy", policy(num_workers=None, autoscale__max_workers=None), where=for_gpus
    ),
    "CKV_MLOPS_25": Breakage(
        "databricks_cluster_policy", policy(autotermination_minutes={"type": "fixed", "value": 0})
    ),
    "CKV_MLOPS_26": Breakage("databricks_cluster_policy", policy(dbus_per_hour=None)),
    "CKV_MLOPS_27": Breakage("databricks_cluster_policy", drop("max_clusters_per_user")),
    "CKV_MLOPS_28": Breakage("databricks_cluster_policy", policy_without_tags),
    "CKV_MLOPS_29": Breakage("databricks_cluster", put("autotermination_minutes", 0), added=_CLUSTER),
    "CKV_MLOPS_30": Breakage("databricks_sql_endpoint", put("auto_stop_mins", 0)),
    "CKV_MLOPS_31": Breakage(
        "databricks_job", put("job_cluster.new_cluster.ssh_public_keys", [_KEY]), where=has("job_cluster")
    ),
    "CKV_MLOPS_32": Breakage(
        "databricks_job",
        put("job_cluster.new_cluster.init_scripts", [{"dbfs": {"destination": "dbfs:/a.sh"}}]),
        where=has("job_cluster"),
    ),
    "CKV_MLOPS_75": Breakage("databricks_job", drop("job_cluster.new_cluster.policy_id"), where=has("job_cluster")),
    "CKV_MLOPS_76": Breakage("databricks_cluster_policy", policy(enable_local_disk_encryption=None)),
    "CKV_MLOPS_33": Breakage(
        "databricks_job",
        put("job_cluster.new_cluster.spark_env_vars", {"DB_PASSWORD": "hunter2hunter2"}),
        where=has("job_cluster"),
    ),
}

SERVING_AND_JOBS = {
    "CKV_MLOPS_34": Breakage(
        "databricks_model_serving", put("config.served_entities.environment_vars", {"API_TOKEN": "hunter2hunter2"})
    ),
    "CKV_MLOPS_38": Breakage("databricks_job", put("run_as", {"user_name": "someone@example.com"})),
    "CKV_MLOPS_39": Breakage(
        "databricks_job", both(drop("timeout_seconds"), put("task.timeout_seconds", 0)), where=runs_code_first
    ),
    "CKV_MLOPS_40": Breakage("databricks_job", drop("email_notifications", "webhook_notifications")),
    "CKV_MLOPS_41": Breakage("databricks_job", put("max_concurrent_runs", 100)),
    "CKV_MLOPS_91": Breakage(
        "databricks_job", put("git_source", {"url": "https://github.com/o/r.git", "branch": "main"}), stacks="prod"
    ),
    "CKV_MLOPS_42": Breakage("databricks_job", put("task.existing_cluster_id", "0101-shared")),
    "CKV_MLOPS_43": Breakage("databricks_model_serving", without("databricks_permissions")),
    "CKV_MLOPS_44": Breakage(
        "databricks_permissions", append("access_control", _EVERYBODY_CALLS), where=has("serving_endpoint_id")
    ),
    "CKV_MLOPS_45": Breakage("databricks_model_serving", put("ai_gateway.inference_table_config.enabled", False)),
    "CKV_MLOPS_46": Breakage(
        "databricks_model_serving",
        put("config.served_entities.scale_to_zero_enabled", False),
        added={
            "name": "dev-llm",
            "tags": [{"key": "environment", "value": "dev"}],
            "config": {"served_entities": [{"workload_type": "GPU_SMALL", "scale_to_zero_enabled": True}]},
        },
        where=lambda endpoint: endpoint["name"] == "dev-llm",
    ),
    "CKV_MLOPS_47": Breakage("databricks_dashboard", put("embed_credentials", True)),
    "CKV_MLOPS_48": Breakage("databricks_query", put("run_as_mode", "OWNER")),
}

SETTINGS = {
    "CKV_MLOPS_49": Breakage("databricks_disable_legacy_access_setting", put("disable_legacy_access.value", False)),
    "CKV_MLOPS_50": Breakage("databricks_disable_legacy_dbfs_setting", put("disable_legacy_dbfs.value", False)),
    "CKV_MLOPS_51": Breakage(
        "databricks_restrict_workspace_admins_setting", put("restrict_workspace_admins.status", "ALLOW_ALL")
    ),
    "CKV_MLOPS_52": Breakage("databricks_workspace_conf", put("custom_config.maxTokenLifetimeDays", "365")),
    "CKV_MLOPS_53": Breakage("databricks_workspace_conf", put("custom_config.enableIpAccessLists", "false")),
    "CKV_MLOPS_54": Breakage("databricks_ip_access_list", append("ip_addresses", "0.0.0.0/0")),
    "CKV_MLOPS_55": Breakage("databricks_workspace_conf", put("custom_config.enableResultsDownloading", "true")),
    "CKV_MLOPS_56": Breakage(
        "databricks_workspace_conf", put("custom_config.enableDeprecatedGlobalInitScripts", "true")
    ),
    "CKV_MLOPS_77": Breakage("databricks_workspace_conf", drop("custom_config.enableVerboseAuditLogs")),
    "CKV_MLOPS_57": Breakage(
        "databricks_account_network_policy",
        put("egress.network_access.policy_enforcement.enforcement_mode", "DRY_RUN"),
    ),
    "CKV_MLOPS_58": Breakage("databricks_account_network_policy", without("databricks_workspace_network_option")),
}

PROVIDER = {
    "CKV_MLOPS_79": Breakage("databricks_job", append("email_notifications.on_failure", "")),
    "CKV_MLOPS_80": Breakage("databricks_job", backwards("task"), where=several_tasks),
    "CKV_MLOPS_81": Breakage("databricks_schema", drop("depends_on"), where=of_a_catalog_of_its_stack),
}

AZURE = {
    "CKV_MLOPS_10": Breakage("azurerm_role_assignment", put("role_definition_name", "Owner")),
    "CKV_MLOPS_59": Breakage("azurerm_databricks_workspace", put("custom_parameters.no_public_ip", False)),
    "CKV_MLOPS_60": Breakage("azurerm_databricks_workspace", drop("custom_parameters.virtual_network_id")),
    "CKV_MLOPS_61": Breakage("azurerm_databricks_workspace", put("network_security_group_rules_required", "AllRules")),
    "CKV_MLOPS_62": Breakage(
        "azurerm_firewall_policy_rule_collection_group", append("application_rule_collection.rule", _ANY_NAME)
    ),
    "CKV_MLOPS_63": Breakage("azurerm_storage_account", put("https_traffic_only_enabled", False)),
    "CKV_MLOPS_64": Breakage("azurerm_storage_account", put("default_to_oauth_authentication", False)),
    "CKV_MLOPS_65": Breakage("azurerm_storage_account", put("infrastructure_encryption_enabled", False)),
    "CKV_MLOPS_66": Breakage("azurerm_storage_container", drop("storage_account_id")),
    "CKV_MLOPS_67": Breakage("azurerm_databricks_workspace", put("default_storage_firewall_enabled", False)),
    "CKV_MLOPS_68": Breakage("azurerm_databricks_workspace", drop("managed_disk_cmk_key_vault_key_id")),
    "CKV_MLOPS_69": Breakage(
        "azurerm_databricks_workspace", without("azurerm_databricks_workspace_root_dbfs_customer_managed_key")
    ),
    "CKV_MLOPS_89": Breakage("azurerm_databricks_workspace", put("sku", "standard")),
    "CKV_MLOPS_70": Breakage("azurerm_databricks_workspace", put("infrastructure_encryption_enabled", False)),
    "CKV_MLOPS_71": Breakage("azurerm_key_vault", put("rbac_authorization_enabled", False)),
    "CKV_MLOPS_72": Breakage("azurerm_key_vault_key", drop("rotation_policy")),
    "CKV_MLOPS_73": Breakage("azurerm_databricks_workspace", without("azurerm_monitor_diagnostic_setting")),
    "CKV_MLOPS_74": Breakage("azurerm_firewall_policy", put("threat_intelligence_mode", "Alert")),
}

BREAKAGES = {**ACCESS, **DATA, **COMPUTE, **SERVING_AND_JOBS, **SETTINGS, **PROVIDER, **AZURE}
