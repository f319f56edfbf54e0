resource "databricks_storage_credential" "fail_unset" {
  name = "lake"
}

resource "databricks_external_location" "fail_open" {
  name            = "lake"
  url             = "abfss://lake@account.dfs.core.windows.net/"
  credential_name = "lake"
  isolation_mode  = "ISOLATION_MODE_OPEN"
}

resource "databricks_external_location" "pass_isolated" {
  name            = "lake"
  url             = "abfss://lake@account.dfs.core.windows.net/"
  credential_name = "lake"
  isolation_mode  = "ISOLATION_MODE_ISOLATED"
}
