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

# What `for_each` holds is gone by the time that a check sees the blocks.
resource "databricks_grants" "unknown_dynamic_key" {
  catalog = "main"
  dynamic "grant" {
    for_each = { "account users" = ["MODIFY"] }
    content {
      principal  = grant.key
      privileges = grant.value
    }
  }
}

resource "databricks_grants" "unknown_dynamic_of_variable" {
  catalog = "main"
  dynamic "grant" {
    for_each = var.grants
    content {
      principal  = grant.value.principal
      privileges = grant.value.privileges
    }
  }
}

resource "databricks_grants" "fail_dynamic_literal" {
  catalog = "main"
  dynamic "grant" {
    for_each = var.grants
    content {
      principal  = "account users"
      privileges = ["ALL_PRIVILEGES"]
    }
  }
}

resource "databricks_grant" "unknown_variable" {
  catalog    = "main"
  principal  = var.writer
  privileges = ["MODIFY"]
}

resource "databricks_grant" "unknown_condition" {
  catalog    = "main"
  principal  = var.open ? "account users" : databricks_group.writers.display_name
  privileges = ["MODIFY"]
}

resource "databricks_grant" "pass_variable_reads" {
  catalog    = "main"
  principal  = var.reader
  privileges = ["SELECT"]
}

resource "databricks_group" "writers" {
  display_name = "writers"
}

resource "databricks_grant" "pass_group" {
  catalog    = "main"
  principal  = databricks_group.writers.display_name
  privileges = ["MODIFY"]
}

resource "databricks_grant" "pass_identity" {
  catalog    = "main"
  principal  = databricks_service_principal.pipeline.application_id
  privileges = ["MODIFY"]
}

data "databricks_group" "everybody" {
  display_name = "account users"
}

resource "databricks_grant" "fail_data_source" {
  catalog    = "main"
  principal  = data.databricks_group.everybody.display_name
  privileges = ["MODIFY"]
}
