resource "databricks_cluster_policy" "fail_open" {
  name       = "a"
  definition = jsonencode({ "autotermination_minutes" : { "type" : "fixed", "value" : 20 } })
}

resource "databricks_cluster_policy" "fail_none_allowed" {
  name       = "b"
  definition = "{\"data_security_mode\": {\"type\": \"allowlist\", \"values\": [\"SINGLE_USER\", \"NONE\"]}}"
}

resource "databricks_cluster_policy" "fail_no_json" {
  name       = "c"
  definition = "data_security_mode: SINGLE_USER"
}

resource "databricks_cluster_policy" "unknown_definition" {
  name       = "d"
  definition = var.definition
}

resource "databricks_cluster_policy" "unknown_family" {
  name             = "e"
  policy_family_id = "job-cluster"
}

resource "databricks_cluster_policy" "pass_fixed" {
  name       = "f"
  definition = jsonencode({ "data_security_mode" : { "type" : "fixed", "value" : "SINGLE_USER" } })
}

resource "databricks_cluster_policy" "pass_text" {
  name       = "g"
  definition = "{\"data_security_mode\": {\"type\": \"allowlist\", \"values\": [\"SINGLE_USER\", \"USER_ISOLATION\"]}}"
}
