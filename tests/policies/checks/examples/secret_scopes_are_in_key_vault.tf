resource "databricks_secret_scope" "fail_own_store" {
  name = "prod"
}

resource "databricks_secret_scope" "pass_key_vault" {
  name = "prod"
  keyvault_metadata {
    resource_id = azurerm_key_vault.vault.id
    dns_name    = azurerm_key_vault.vault.vault_uri
  }
}
