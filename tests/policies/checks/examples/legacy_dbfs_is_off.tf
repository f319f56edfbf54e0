resource "databricks_disable_legacy_dbfs_setting" "fail_on" {
  disable_legacy_dbfs {
    value = false
  }
}

resource "databricks_disable_legacy_dbfs_setting" "pass_off" {
  disable_legacy_dbfs {
    value = true
  }
}
