resource "databricks_metastore" "fail_unguarded" {
  name = "prod-westeurope"
}

resource "databricks_catalog" "fail_off" {
  name = "prod"
  lifecycle {
    prevent_destroy = false
  }
}

resource "azurerm_storage_account" "pass_locked" {
  name                = "prodlake"
  resource_group_name = "prod"
}

resource "azurerm_management_lock" "lake" {
  name       = "lake"
  scope      = azurerm_storage_account.pass_locked.id
  lock_level = "CanNotDelete"
}

resource "databricks_catalog" "pass_guarded" {
  name = "prod"
  lifecycle {
    prevent_destroy = true
  }
}

resource "databricks_catalog" "pass_dev" {
  name = "dev"
}
