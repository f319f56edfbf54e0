resource "azurerm_databricks_workspace" "fail_alone" {
  name = "a"
}

resource "azurerm_databricks_workspace" "pass_set" {
  name = "b"
}

resource "azurerm_databricks_workspace_root_dbfs_customer_managed_key" "root" {
  workspace_id     = azurerm_databricks_workspace.pass_set.id
  key_vault_key_id = azurerm_key_vault_key.root.id
}
