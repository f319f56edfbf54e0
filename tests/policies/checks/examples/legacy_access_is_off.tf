resource "databricks_disable_legacy_access_setting" "fail_on" {
  disable_legacy_access {
    value = false
  }
}

resource "databricks_disable_legacy_access_setting" "unknown_variable" {
  disable_legacy_access {
    value = var.off
  }
}

resource "databricks_disable_legacy_access_setting" "pass_off" {
  disable_legacy_access {
    value = true
  }
}
