resource "databricks_sql_endpoint" "fail_never" {
  name           = "a"
  cluster_size   = "2X-Small"
  auto_stop_mins = 0
}

resource "databricks_sql_endpoint" "fail_default" {
  name         = "b"
  cluster_size = "2X-Small"
}

resource "databricks_sql_endpoint" "pass_ten" {
  name           = "c"
  cluster_size   = "2X-Small"
  auto_stop_mins = 10
}
