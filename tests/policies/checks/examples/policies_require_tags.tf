resource "databricks_cluster_policy" "fail_none" {
  name       = "a"
  definition = jsonencode({ "num_workers" : { "type" : "fixed", "value" : 0 } })
}

resource "databricks_cluster_policy" "fail_marker_is_no_tag" {
  name       = "b"
  definition = jsonencode({ "custom_tags.ResourceClass" : { "type" : "fixed", "value" : "SingleNode" } })
}

resource "databricks_cluster_policy" "fail_optional" {
  name = "c"
  definition = jsonencode({
    "custom_tags.team" : { "type" : "allowlist", "values" : ["a", "b"], "isOptional" : true }
  })
}

resource "databricks_cluster_policy" "pass_environment" {
  name       = "d"
  definition = jsonencode({ "custom_tags.environment" : { "type" : "fixed", "value" : "prod" } })
}
