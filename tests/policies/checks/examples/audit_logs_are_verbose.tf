resource "databricks_workspace_conf" "fail_unset" {
  custom_config = {
    "enableIpAccessLists" = "true"
  }
}

resource "databricks_workspace_conf" "fail_off" {
  custom_config = {
    "enableVerboseAuditLogs" = "false"
  }
}

resource "databricks_workspace_conf" "pass_on" {
  custom_config = {
    "enableVerboseAuditLogs" = "true"
  }
}
