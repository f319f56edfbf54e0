resource "databricks_model_serving" "fail_alone" {
  name = "a"
}

resource "databricks_model_serving" "pass_declared" {
  name = "b"
}

resource "databricks_permissions" "callers" {
  serving_endpoint_id = databricks_model_serving.pass_declared.serving_endpoint_id
  access_control {
    group_name       = "analysts"
    permission_level = "CAN_QUERY"
  }
}
