resource "azurerm_storage_container" "fail_by_name" {
  name                 = "a"
  storage_account_name = "account"
}

resource "azurerm_storage_container" "pass_by_id" {
  name               = "b"
  storage_account_id = azurerm_storage_account.lake.id
}
