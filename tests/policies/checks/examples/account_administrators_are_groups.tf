resource "databricks_user_role" "fail_person" {
  user_id = "1"
  role    = "account_admin"
}

resource "databricks_user_role" "unknown_role" {
  user_id = "1"
  role    = var.role
}

resource "databricks_user_role" "pass_other" {
  user_id = "1"
  role    = "marketplace_admin"
}
