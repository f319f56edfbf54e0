resource "azurerm_databricks_workspace" "fail_standard" {
  name = "a"
  sku  = "standard"
}

resource "azurerm_databricks_workspace" "unknown_sku" {
  name = "a"
  sku  = var.sku
}

resource "azurerm_databricks_workspace" "pass_premium" {
  name = "b"
  sku  = "premium"
}
