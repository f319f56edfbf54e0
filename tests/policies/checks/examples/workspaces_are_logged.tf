resource "azurerm_databricks_workspace" "fail_silent" {
  name = "a"
}

resource "azurerm_key_vault" "pass_logged" {
  name = "b"
}

resource "azurerm_monitor_diagnostic_setting" "vault" {
  name               = "logs"
  target_resource_id = azurerm_key_vault.pass_logged.id
}
