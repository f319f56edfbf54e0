resource "databricks_restrict_workspace_admins_setting" "fail_allow_all" {
  restrict_workspace_admins {
    status = "ALLOW_ALL"
  }
}

resource "databricks_restrict_workspace_admins_setting" "pass_restricted" {
  restrict_workspace_admins {
    status = "RESTRICT_TOKENS_AND_JOB_RUN_AS"
  }
}
