resource "azurerm_databricks_workspace" "fail_default" {
  name = "a"
}

resource "azurerm_databricks_workspace" "fail_disks_forgotten" {
  name                                  = "b"
  customer_managed_key_enabled          = true
  managed_services_cmk_key_vault_key_id = azurerm_key_vault_key.services.id
}

resource "azurerm_databricks_workspace" "pass_all" {
  name                                  = "c"
  customer_managed_key_enabled          = true
  managed_services_cmk_key_vault_key_id = azurerm_key_vault_key.services.id
  managed_disk_cmk_key_vault_key_id     = azurerm_key_vault_key.disks.id
}
