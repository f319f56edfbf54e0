resource "databricks_grants" "fail_modify" {
  catalog = "prod"
  grant {
    principal  = "account users"
    privileges = ["USE_CATALOG", "MODIFY"]
  }
}

resource "databricks_grant" "fail_all" {
  schema     = "prod.credit_gold"
  principal  = "users"
  privileges = ["ALL_PRIVILEGES"]
}

resource "databricks_grants" "fail_computed_privileges" {
  catalog = "prod"
  grant {
    principal  = "account users"
    privileges = [var.privilege]
  }
}

resource "databricks_grants" "pass_reading" {
  catalog = "prod"
  grant {
    principal  = "account users"
    privileges = ["BROWSE", "SELECT"]
  }
  grant {
    principal  = "prod-owners"
    privileges = ["ALL_PRIVILEGES"]
  }
}
