resource "azurerm_databricks_workspace" "fail_public" {
  name = "a"
  custom_parameters {
    no_public_ip = false
  }
}

resource "azurerm_databricks_workspace" "fail_unset" {
  name = "b"
}

resource "azurerm_databricks_workspace" "unknown_variable" {
  name = "c"
  custom_parameters {
    no_public_ip = var.private
  }
}

resource "azurerm_databricks_workspace" "pass_private" {
  name = "d"
  custom_parameters {
    no_public_ip = true
  }
}
