resource "databricks_permissions" "fail_users" {
  authorization = "tokens"
  access_control {
    group_name       = "users"
    permission_level = "CAN_USE"
  }
}

resource "databricks_permissions" "pass_named_group" {
  authorization = "tokens"
  access_control {
    group_name       = "prod-owners"
    permission_level = "CAN_USE"
  }
}

resource "databricks_permissions" "pass_other_object" {
  cluster_policy_id = "x"
  access_control {
    group_name       = "users"
    permission_level = "CAN_USE"
  }
}

resource "databricks_permissions" "unknown_group" {
  authorization = "tokens"
  access_control {
    group_name       = var.group
    permission_level = "CAN_USE"
  }
}
