resource "azurerm_key_vault" "fail_default" {
  name = "a"
}

resource "azurerm_key_vault" "fail_off" {
  name                       = "b"
  rbac_authorization_enabled = false
}

resource "azurerm_key_vault" "unknown_variable" {
  name                       = "c"
  rbac_authorization_enabled = var.roles
}

resource "azurerm_key_vault" "pass_on" {
  name                       = "d"
  rbac_authorization_enabled = true
}

resource "azurerm_key_vault" "pass_old_name" {
  name                      = "e"
  enable_rbac_authorization = true
}
