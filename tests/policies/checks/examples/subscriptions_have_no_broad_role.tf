data "azurerm_subscription" "current" {}

resource "azurerm_role_assignment" "fail_literal" {
  scope                = "/subscriptions/11111111-0000-0000-0000-000000000000"
  role_definition_name = "Contributor"
  principal_id         = "p"
}

resource "azurerm_role_assignment" "fail_data_source" {
  scope              = data.azurerm_subscription.current.id
  role_definition_id = "/providers/Microsoft.Authorization/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c"
  principal_id       = "p"
}

resource "azurerm_role_assignment" "fail_management_group" {
  scope                = "/providers/Microsoft.Management/managementGroups/root"
  role_definition_name = "Owner"
  principal_id         = "p"
}

resource "azurerm_role_assignment" "unknown_scope" {
  scope                = var.scope
  role_definition_name = "Contributor"
  principal_id         = "p"
}

resource "azurerm_role_assignment" "pass_resource_group" {
  scope                = "/subscriptions/11111111-0000-0000-0000-000000000000/resourceGroups/rg"
  role_definition_name = "Contributor"
  principal_id         = "p"
}

resource "azurerm_role_assignment" "pass_reader" {
  scope                = data.azurerm_subscription.current.id
  role_definition_name = "Reader"
  principal_id         = "p"
}
