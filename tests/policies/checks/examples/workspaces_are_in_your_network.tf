resource "azurerm_databricks_workspace" "fail_managed" {
  name = "a"
}

resource "azurerm_databricks_workspace" "fail_half" {
  name = "b"
  custom_parameters {
    virtual_network_id = azurerm_virtual_network.spoke.id
  }
}

resource "azurerm_databricks_workspace" "pass_injected" {
  name = "c"
  custom_parameters {
    virtual_network_id  = azurerm_virtual_network.spoke.id
    public_subnet_name  = "host"
    private_subnet_name = "container"
  }
}
