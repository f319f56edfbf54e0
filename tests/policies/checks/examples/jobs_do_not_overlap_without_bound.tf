resource "databricks_job" "pass_unset" {
  name = "a"
}

resource "databricks_job" "fail_hundred" {
  name                = "b"
  max_concurrent_runs = 100
}

resource "databricks_job" "pass_one" {
  name                = "c"
  max_concurrent_runs = 1
}
