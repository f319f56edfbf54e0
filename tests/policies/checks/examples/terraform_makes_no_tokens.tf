resource "databricks_token" "fail_token" {
  comment          = "pipeline"
  lifetime_seconds = 3600
}

resource "databricks_service_principal_secret" "fail_secret" {
  service_principal_id = 1
}
