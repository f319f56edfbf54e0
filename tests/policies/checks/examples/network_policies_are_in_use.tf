resource "databricks_account_network_policy" "fail_alone" {
  network_policy_id = "unused"
}

resource "databricks_account_network_policy" "pass_by_id" {
  network_policy_id = "mlops-prod"
}

resource "databricks_workspace_network_option" "prod" {
  workspace_id      = 1
  network_policy_id = "mlops-prod"
}

resource "databricks_account_network_policy" "pass_by_reference" {
  network_policy_id = "mlops-dev"
}

resource "databricks_workspace_network_option" "dev" {
  workspace_id      = 2
  network_policy_id = databricks_account_network_policy.pass_by_reference.network_policy_id
}
