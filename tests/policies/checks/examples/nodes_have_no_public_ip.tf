resource "azurerm_databricks_workspace" "fail_public" {
  name = "a"
  custom_parameters {
    no_public_ip = false
  }
}

resource "azurerm_databricks_workspace" "unknown_unset" {
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

resource "azurerm_databricks_workspace" "unknown_negated" {
  name = "e"
  custom_parameters {
    no_public_ip = !false
  }
}

resource "azurerm_databricks_workspace" "unknown_indexed" {
  name = "f"
  custom_parameters {
    no_public_ip = {}[each.key].private
  }
}
