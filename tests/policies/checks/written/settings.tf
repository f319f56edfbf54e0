# Settings at which a reviewer stops. The comment above each names the rule that must fail.

# CKV_MLOPS_83
resource "azurerm_role_assignment" "contributor" {
  scope                = "/subscriptions/22222222-0000-0000-0000-000000000000"
  role_definition_name = "Contributor"
  principal_id         = "p"
}

# CKV_MLOPS_33 CKV_MLOPS_84
resource "databricks_mount" "raw" {
  name          = "raw"
  uri           = "wasbs://c@store.blob.core.windows.net"
  extra_configs = { "fs.azure.account.key.store.blob.core.windows.net" = "FILL-IN" }
}

# CKV_MLOPS_82
resource "databricks_permissions" "warehouse" {
  sql_endpoint_id = "w"
  access_control {
    group_name       = "users"
    permission_level = "CAN_MANAGE"
  }
}

# CKV_MLOPS_1
resource "databricks_grant" "spelled_with_a_blank" {
  catalog    = "main"
  principal  = "account users"
  privileges = ["ALL PRIVILEGES"]
}

# CKV_MLOPS_89 CKV_MLOPS_59
resource "azurerm_databricks_workspace" "standard" {
  name = "w"
  sku  = "standard"
}

# CKV_MLOPS_54
resource "databricks_ip_access_list" "halves" {
  label        = "all"
  list_type    = "ALLOW"
  ip_addresses = ["0.0.0.0/1", "128.0.0.0/1"]
}

# CKV_MLOPS_86
resource "databricks_access_control_rule_set" "run_as" {
  name = "accounts/1/servicePrincipals/2/ruleSets/default"
  grant_rules {
    principals = ["groups/users"]
    role       = "roles/servicePrincipal.user"
  }
}

# CKV_MLOPS_87
resource "databricks_user_role" "admin" {
  user_id = "7"
  role    = "account_admin"
}

# CKV_MLOPS_20
resource "databricks_recipient" "open" {
  name                = "partner"
  authentication_type = "TOKEN"
}

# CKV_MLOPS_88
resource "databricks_share" "gold" {
  name = "s"
  object {
    name             = "prod.gold.loans"
    data_object_type = "TABLE"
  }
}

# CKV_MLOPS_32
resource "databricks_global_init_script" "everywhere" {
  name           = "g"
  enabled        = true
  content_base64 = "ZWNobyBoaQ=="
}

# CKV_MLOPS_34
resource "databricks_model_serving" "key" {
  name = "e"
  config {
    served_entities {
      entity_name           = "m"
      entity_version        = "1"
      scale_to_zero_enabled = true
      environment_vars      = { MY_API_KEY = "FILL-IN-SOMETHING" }
    }
  }
}

# CKV_MLOPS_85
resource "databricks_job" "parameter" {
  name = "j"
  task {
    task_key = "t"
    notebook_task {
      notebook_path   = "/x"
      base_parameters = { token = "FILL-IN-SOMETHING" }
    }
  }
}

# CKV_MLOPS_7
resource "azurerm_federated_identity_credential" "anybody" {
  name     = "f"
  issuer   = "https://token.actions.githubusercontent.com"
  audience = ["api://AzureADTokenExchange"]
  subject  = "repo:org/repo:pull_request"
}
