resource "databricks_dashboard" "fail_default" {
  display_name = "a"
  parent_path  = "/Workspace/Shared"
  warehouse_id = "x"
}

resource "databricks_dashboard" "fail_embedded" {
  display_name      = "b"
  parent_path       = "/Workspace/Shared"
  warehouse_id      = "x"
  embed_credentials = true
}

resource "databricks_dashboard" "pass_viewer" {
  display_name      = "c"
  parent_path       = "/Workspace/Shared"
  warehouse_id      = "x"
  embed_credentials = false
}
