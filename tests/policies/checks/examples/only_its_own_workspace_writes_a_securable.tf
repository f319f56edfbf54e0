provider "databricks" {
  host = "https://adb-1000000000000003.3.azuredatabricks.net"
}

resource "databricks_workspace_binding" "fail_default_is_read_write" {
  securable_name = "prod"
  workspace_id   = 1000000000000001
}

resource "databricks_workspace_binding" "fail_other_workspace" {
  securable_name = "prod"
  workspace_id   = 1000000000000001
  binding_type   = "BINDING_TYPE_READ_WRITE"
}

resource "databricks_workspace_binding" "unknown_workspace" {
  securable_name = "prod"
  workspace_id   = var.workspace_id
}

resource "databricks_workspace_binding" "pass_read_only" {
  securable_name = "prod"
  workspace_id   = 1000000000000001
  binding_type   = "BINDING_TYPE_READ_ONLY"
}

resource "databricks_workspace_binding" "pass_its_own" {
  securable_name = "prod"
  workspace_id   = 1000000000000003
  binding_type   = "BINDING_TYPE_READ_WRITE"
}
