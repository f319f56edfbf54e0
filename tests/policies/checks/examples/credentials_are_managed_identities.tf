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

resource "databricks_storage_credential" "pass_role_of_aws" {
  name = "lake"
  aws_iam_role {
    role_arn = "arn:aws:iam::123456789012:role/lake"
  }
}

resource "databricks_storage_credential" "pass_account_of_google" {
  name = "lake"
  databricks_gcp_service_account {}
}

resource "databricks_storage_credential" "fail_key_of_google" {
  name = "lake"
  gcp_service_account_key {
    email          = "lake@project.iam.gserviceaccount.com"
    private_key    = var.key
    private_key_id = "1"
  }
}
