resource "azurerm_databricks_workspace" "fail_all_rules" {
  name                                  = "a"
  public_network_access_enabled         = false
  network_security_group_rules_required = "AllRules"
}

resource "azurerm_databricks_workspace" "fail_unset" {
  name                          = "b"
  public_network_access_enabled = false
}

resource "azurerm_databricks_workspace" "unknown_rules" {
  name                                  = "c"
  public_network_access_enabled         = false
  network_security_group_rules_required = var.rules
}

resource "azurerm_databricks_workspace" "pass_private" {
  name                                  = "d"
  public_network_access_enabled         = false
  network_security_group_rules_required = "NoAzureDatabricksRules"
}

resource "azurerm_databricks_workspace" "pass_public" {
  name                          = "e"
  public_network_access_enabled = true
}
