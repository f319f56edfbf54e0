resource "databricks_group" "fail_engineers" {
  display_name         = "ml-engineers"
  allow_cluster_create = true
}

resource "databricks_entitlements" "fail_pools" {
  group_id                   = databricks_group.engineers.id
  allow_instance_pool_create = true
}

resource "databricks_service_principal" "unknown_variable" {
  display_name         = "ci"
  allow_cluster_create = var.create
}

resource "databricks_group" "pass_unset" {
  display_name = "analysts"
}
