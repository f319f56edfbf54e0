resource "databricks_grants" "fail_dev_group" {
  catalog = "prod"
  grant {
    principal  = "dev-engineers"
    privileges = ["MODIFY"]
  }
}

resource "databricks_service_principal" "training" {
  display_name = "staging-credit-training"
}

resource "databricks_grants" "fail_principal_by_reference" {
  schema = "prod.credit_ops"
  grant {
    principal  = databricks_service_principal.training.application_id
    privileges = ["CREATE_MODEL_VERSION"]
  }
}


resource "databricks_grants" "unknown_who_it_is" {
  catalog = "prod"
  grant {
    principal  = data.databricks_service_principal.elsewhere.application_id
    privileges = ["CREATE_TABLE"]
  }
}

resource "databricks_grants" "pass_dev_reads" {
  catalog = "prod"
  grant {
    principal  = "dev-engineers"
    privileges = ["USE_CATALOG", "SELECT"]
  }
}

resource "databricks_grants" "pass_dev_writes_dev" {
  catalog = "dev"
  grant {
    principal  = "dev-engineers"
    privileges = ["MODIFY"]
  }
}

resource "databricks_grants" "pass_prod_writes_prod" {
  catalog = "prod"
  grant {
    principal  = "prod-credit-training"
    privileges = ["CREATE_TABLE"]
  }
}

resource "databricks_grant" "unknown_computed_catalog" {
  catalog    = var.catalog
  principal  = "dev-engineers"
  privileges = ["MODIFY"]
}

resource "databricks_grant" "pass_computed_catalog" {
  catalog    = var.catalog
  principal  = "platform-jobs"
  privileges = ["MODIFY"]
}
