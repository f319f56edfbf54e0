resource "databricks_workspace_conf" "fail_downloads" {
  custom_config = {
    "enableResultsDownloading"     = "true"
    "enableExportNotebook"         = "false"
    "enableNotebookTableClipboard" = "false"
    "enableDbfsFileBrowser"        = "false"
    "enableWebTerminal"            = "false"
  }
}

resource "databricks_workspace_conf" "fail_unset" {
  custom_config = {
    "maxTokenLifetimeDays" = "30"
  }
}

resource "databricks_workspace_conf" "pass_closed" {
  custom_config = {
    "enableResultsDownloading"     = "false"
    "enableExportNotebook"         = "false"
    "enableNotebookTableClipboard" = "false"
    "enableDbfsFileBrowser"        = "false"
    "enableWebTerminal"            = "false"
  }
}
