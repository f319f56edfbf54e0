resource "databricks_storage_credential" "fail_service_principal" {
  name = "lake"
  azure_service_principal {
    directory_id   = "a"
    application_id = "b"
    client_secret  = var.secret
  }
}

resource "databricks_storage_credential" "fail_none" {
  name = "lake"
}

resource "databricks_storage_credential" "pass_access_connector" {
  name = "lake"
  azure_managed_identity {
    access_connector_id = azurerm_databricks_access_connector.connector.id
  }
}
