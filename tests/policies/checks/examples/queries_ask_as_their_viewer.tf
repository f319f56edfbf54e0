resource "databricks_query" "fail_owner" {
  display_name = "a"
  query_text   = "select 1"
  warehouse_id = "x"
  run_as_mode  = "OWNER"
}

resource "databricks_query" "fail_default" {
  display_name = "b"
  query_text   = "select 1"
  warehouse_id = "x"
}

resource "databricks_query" "pass_viewer" {
  display_name = "c"
  query_text   = "select 1"
  warehouse_id = "x"
  run_as_mode  = "VIEWER"
}
