resource "databricks_permissions" "fail_warehouse" {
  sql_endpoint_id = "w"
  access_control {
    group_name       = "users"
    permission_level = "CAN_MANAGE"
  }
}

resource "databricks_permissions" "fail_cluster" {
  cluster_id = "c"
  access_control {
    group_name       = "All Workspace  Users"
    permission_level = "CAN_ATTACH_TO"
  }
}

resource "databricks_permissions" "unknown_group" {
  cluster_id = "c"
  access_control {
    group_name       = var.group
    permission_level = "CAN_RESTART"
  }
}

resource "databricks_permissions" "unknown_dynamic" {
  cluster_id = "c"
  dynamic "access_control" {
    for_each = var.holders
    content {
      group_name       = access_control.key
      permission_level = access_control.value
    }
  }
}

resource "databricks_permissions" "pass_use" {
  sql_endpoint_id = "w"
  access_control {
    group_name       = "users"
    permission_level = "CAN_USE"
  }
}

resource "databricks_permissions" "pass_named" {
  cluster_id = "c"
  access_control {
    group_name       = "platform-admins"
    permission_level = "CAN_MANAGE"
  }
}
