resource "databricks_catalog" "fail_open" {
  name           = "prod"
  isolation_mode = "OPEN"
}

resource "databricks_catalog" "fail_unset" {
  name = "prod"
}

resource "databricks_catalog" "unknown_variable" {
  name           = "prod"
  isolation_mode = var.isolation
}

resource "databricks_catalog" "pass_isolated" {
  name           = "prod"
  isolation_mode = "ISOLATED"
}
