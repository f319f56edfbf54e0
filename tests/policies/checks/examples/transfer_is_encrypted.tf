resource "azurerm_storage_account" "fail_azurerm_4" {
  name                       = "a"
  https_traffic_only_enabled = false
}

resource "azurerm_storage_account" "fail_azurerm_3" {
  name                      = "b"
  enable_https_traffic_only = false
}

resource "azurerm_storage_account" "unknown_variable" {
  name                       = "c"
  https_traffic_only_enabled = var.https
}

resource "azurerm_storage_account" "pass_on" {
  name                       = "d"
  https_traffic_only_enabled = true
}

resource "azurerm_storage_account" "pass_default" {
  name = "e"
}
