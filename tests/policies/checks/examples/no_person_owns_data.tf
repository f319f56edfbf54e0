resource "databricks_catalog" "fail_person" {
  name  = "a"
  owner = "someone@example.com"
}

resource "databricks_registered_model" "fail_whoever_runs_terraform" {
  name         = "m"
  catalog_name = "prod"
  schema_name  = "ops"
  owner        = data.databricks_current_user.me.user_name
}

resource "databricks_schema" "unknown_variable" {
  name         = "s"
  catalog_name = "prod"
  owner        = var.owner
}

resource "databricks_catalog" "pass_group" {
  name  = "b"
  owner = "prod-owners"
}

resource "databricks_volume" "pass_unset" {
  name         = "v"
  catalog_name = "prod"
  schema_name  = "ops"
  volume_type  = "MANAGED"
}
