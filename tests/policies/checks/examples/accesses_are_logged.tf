resource "azurerm_databricks_workspace" "fail_silent" {
  tags = { environment = "prod" }
  name = "a"
}

resource "azurerm_key_vault" "pass_logged" {
  name = "b"
}

resource "azurerm_monitor_diagnostic_setting" "vault" {
  name               = "logs"
  target_resource_id = azurerm_key_vault.pass_logged.id
}

resource "azurerm_storage_account" "fail_silent" {
  tags = { environment = "prod" }
  name = "c"
}

resource "azurerm_storage_account" "pass_blobs_logged" {
  name = "d"
}

resource "azurerm_monitor_diagnostic_setting" "blobs" {
  name               = "logs"
  target_resource_id = "${azurerm_storage_account.pass_blobs_logged.id}/blobServices/default"
}

resource "azurerm_key_vault" "unknown_unmarked" {
  name = "kv"
}
