resource "databricks_workspace_conf" "fail_global" {
  custom_config = {
    "enableDeprecatedGlobalInitScripts"       = "true"
    "enableDeprecatedClusterNamedInitScripts" = "false"
  }
}

resource "databricks_workspace_conf" "fail_unset" {
  custom_config = {
    "maxTokenLifetimeDays" = "30"
  }
}

resource "databricks_workspace_conf" "pass_off" {
  custom_config = {
    "enableDeprecatedGlobalInitScripts"       = "false"
    "enableDeprecatedClusterNamedInitScripts" = "false"
  }
}
