resource "databricks_catalog" "fail_production" {
  name          = "prod"
  force_destroy = true
}

resource "databricks_schema" "fail_unmarked_counts_as_production" {
  name          = "gold"
  catalog_name  = "main"
  force_destroy = true
}

resource "databricks_schema" "unknown_variable" {
  name          = "gold"
  catalog_name  = "prod"
  force_destroy = var.force
}

resource "databricks_catalog" "pass_dev" {
  name          = "dev"
  force_destroy = true
}

resource "databricks_catalog" "pass_unset" {
  name = "prod"
}
