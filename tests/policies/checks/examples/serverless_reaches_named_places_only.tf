resource "databricks_account_network_policy" "fail_full_access" {
  network_policy_id = "a"
  egress = {
    network_access = {
      restriction_mode = "FULL_ACCESS"
    }
  }
}

resource "databricks_account_network_policy" "fail_dry_run" {
  network_policy_id = "b"
  egress = {
    network_access = {
      restriction_mode = "RESTRICTED_ACCESS"
      policy_enforcement = {
        enforcement_mode = "DRY_RUN"
      }
    }
  }
}

resource "databricks_account_network_policy" "pass_enforced" {
  network_policy_id = "c"
  egress = {
    network_access = {
      restriction_mode = "RESTRICTED_ACCESS"
      policy_enforcement = {
        enforcement_mode = "ENFORCED"
      }
    }
  }
}
