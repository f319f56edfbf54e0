resource "databricks_sql_permissions" "fail_any" {
  table = "credit"
  privilege_assignments {
    principal  = "analysts"
    privileges = ["SELECT"]
  }
}
