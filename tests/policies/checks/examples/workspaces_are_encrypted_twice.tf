resource "azurerm_databricks_workspace" "fail_default" {
  name = "a"
}

resource "azurerm_databricks_workspace" "pass_on" {
  name                              = "b"
  infrastructure_encryption_enabled = true
}
