resource "databricks_secret_acl" "fail_users" {
  scope      = "prod"
  principal  = "users"
  permission = "READ"
}

resource "databricks_secret_scope" "fail_managed_by_users" {
  name                     = "prod"
  initial_manage_principal = "users"
}

resource "databricks_secret_acl" "pass_principal" {
  scope      = "prod"
  principal  = databricks_service_principal.monitoring.application_id
  permission = "READ"
}

resource "databricks_secret_scope" "pass_unset" {
  name = "prod"
}

resource "databricks_secret_acl" "unknown_principal" {
  scope      = "prod"
  principal  = var.reader
  permission = "READ"
}
