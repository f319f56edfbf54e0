resource "databricks_mount" "fail_mount" {
  name = "lake"
  uri  = "abfss://c@acc.dfs.core.windows.net"
}

resource "databricks_azure_blob_mount" "fail_blob" {
  container_name = "c"
}
