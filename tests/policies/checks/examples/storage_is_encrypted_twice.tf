resource "azurerm_storage_account" "fail_default" {
  name = "a"
}

resource "azurerm_storage_account" "pass_on" {
  name                              = "b"
  infrastructure_encryption_enabled = true
}
