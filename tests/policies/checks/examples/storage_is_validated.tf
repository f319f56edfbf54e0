resource "databricks_storage_credential" "fail_skipped" {
  name            = "lake"
  skip_validation = true
}

resource "databricks_external_location" "unknown_variable" {
  name            = "lake"
  url             = "abfss://lake@account.dfs.core.windows.net/"
  credential_name = "lake"
  skip_validation = var.skip
}

resource "databricks_storage_credential" "pass_unset" {
  name = "lake"
}
