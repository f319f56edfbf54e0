resource "databricks_workspace_conf" "fail_unset" {
  custom_config = {
    "enableIpAccessLists" = "true"
  }
}

resource "databricks_workspace_conf" "fail_unlimited" {
  custom_config = {
    "maxTokenLifetimeDays" = "0"
  }
}

resource "databricks_workspace_conf" "fail_a_year" {
  custom_config = {
    "maxTokenLifetimeDays" = "365"
  }
}

resource "databricks_workspace_conf" "pass_a_month" {
  custom_config = {
    "maxTokenLifetimeDays" = "30"
  }
}
