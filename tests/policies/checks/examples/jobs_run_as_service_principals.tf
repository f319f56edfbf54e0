resource "databricks_job" "fail_unset" {
  name = "a"
}

resource "databricks_job" "fail_person" {
  name = "b"
  run_as {
    user_name = "someone@example.com"
  }
}

resource "databricks_pipeline" "fail_pipeline_unset" {
  name = "d"
}

resource "databricks_pipeline" "pass_pipeline" {
  name = "e"
  run_as {
    service_principal_name = databricks_service_principal.training.application_id
  }
}

resource "databricks_job" "pass_service_principal" {
  name = "c"
  run_as {
    service_principal_name = databricks_service_principal.training.application_id
  }
}
