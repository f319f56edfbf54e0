resource "databricks_permissions" "fail_users" {
  serving_endpoint_id = databricks_model_serving.endpoint.serving_endpoint_id
  access_control {
    group_name       = "users"
    permission_level = "CAN_QUERY"
  }
}

resource "databricks_permissions" "pass_named" {
  serving_endpoint_id = databricks_model_serving.endpoint.serving_endpoint_id
  access_control {
    group_name       = "analysts"
    permission_level = "CAN_QUERY"
  }
}

resource "databricks_permissions" "unknown_group" {
  serving_endpoint_id = "abc"
  access_control {
    group_name       = var.group
    permission_level = "CAN_QUERY"
  }
}
