resource "azurerm_role_assignment" "fail_owner" {
  scope                = "/subscriptions/x"
  role_definition_name = "Owner"
  principal_id         = "y"
}

resource "azurerm_role_assignment" "fail_user_access_administrator_by_id" {
  scope              = "/subscriptions/x"
  role_definition_id = "/providers/Microsoft.Authorization/roleDefinitions/18d7d88d-d35e-4fb5-a5c3-7773c20a72d9"
  principal_id       = "y"
}

resource "azurerm_role_assignment" "unknown_role" {
  scope                = "/subscriptions/x"
  role_definition_name = var.role
  principal_id         = "y"
}

resource "azurerm_role_assignment" "pass_narrow" {
  scope                = azurerm_storage_account.lake.id
  role_definition_name = "Storage Blob Data Contributor"
  principal_id         = "y"
}

resource "azurerm_role_assignment" "fail_assigns_any_role" {
  scope                = "/subscriptions/x"
  role_definition_name = "Role Based Access Control Administrator"
  principal_id         = "y"
}

resource "azurerm_role_assignment" "pass_assigns_named_roles" {
  scope                = "/subscriptions/x"
  role_definition_name = "Role Based Access Control Administrator"
  principal_id         = "y"
  condition_version    = "2.0"
  condition            = "(!(ActionMatches{'Microsoft.Authorization/roleAssignments/write'})) OR (x)"
}
