resource "azurerm_databricks_workspace" "fail_default" {
  name = "a"
}

resource "azurerm_databricks_workspace" "fail_without_connector" {
  name                             = "b"
  default_storage_firewall_enabled = true
}

resource "azurerm_databricks_workspace" "unknown_variable" {
  name                             = "c"
  default_storage_firewall_enabled = var.firewall
  access_connector_id              = azurerm_databricks_access_connector.connector.id
}

resource "azurerm_databricks_workspace" "pass_on" {
  name                             = "d"
  default_storage_firewall_enabled = true
  access_connector_id              = azurerm_databricks_access_connector.connector.id
}
