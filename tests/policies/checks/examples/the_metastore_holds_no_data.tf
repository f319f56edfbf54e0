resource "databricks_metastore" "fail_root" {
  name         = "a"
  storage_root = "abfss://meta@account.dfs.core.windows.net/"
}

resource "databricks_metastore" "pass_none" {
  name = "b"
}
