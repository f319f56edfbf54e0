resource "databricks_external_location" "fail_fallback" {
  name            = "lake"
  url             = "abfss://lake@account.dfs.core.windows.net/"
  credential_name = "lake"
  fallback        = true
}

resource "databricks_external_location" "pass_off" {
  name            = "lake"
  url             = "abfss://lake@account.dfs.core.windows.net/"
  credential_name = "lake"
  fallback        = false
}

resource "databricks_external_location" "pass_unset" {
  name            = "lake"
  url             = "abfss://lake@account.dfs.core.windows.net/"
  credential_name = "lake"
}
