resource "databricks_workspace_conf" "fail_unset" {
  custom_config = {
    "maxTokenLifetimeDays" = "30"
  }
}

resource "databricks_workspace_conf" "fail_off" {
  custom_config = {
    "enableIpAccessLists" = "false"
  }
}

resource "databricks_workspace_conf" "unknown_variable" {
  custom_config = {
    "enableIpAccessLists" = var.lists
  }
}

resource "databricks_workspace_conf" "pass_on" {
  custom_config = {
    "enableIpAccessLists" = true
  }
}
