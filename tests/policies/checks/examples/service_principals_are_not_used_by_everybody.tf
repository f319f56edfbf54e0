resource "databricks_access_control_rule_set" "fail_users" {
  name = "accounts/1/servicePrincipals/2/ruleSets/default"
  grant_rules {
    principals = ["groups/users"]
    role       = "roles/servicePrincipal.user"
  }
}

resource "databricks_access_control_rule_set" "fail_second" {
  name = "accounts/1/servicePrincipals/2/ruleSets/default"
  grant_rules {
    principals = ["groups/engineers", "groups/Account Users"]
    role       = "roles/servicePrincipal.manager"
  }
}

resource "databricks_access_control_rule_set" "unknown_principal" {
  name = "accounts/1/servicePrincipals/2/ruleSets/default"
  grant_rules {
    principals = [var.who]
    role       = "roles/servicePrincipal.user"
  }
}

resource "databricks_access_control_rule_set" "pass_named" {
  name = "accounts/1/servicePrincipals/2/ruleSets/default"
  grant_rules {
    principals = ["groups/engineers"]
    role       = "roles/servicePrincipal.user"
  }
}
