resource "databricks_cluster_policy" "fail_nodes_open" {
  name       = "a"
  definition = jsonencode({ "num_workers" : { "type" : "fixed", "value" : 0 } })
}

resource "databricks_cluster_policy" "fail_workers_open" {
  name = "b"
  definition = jsonencode({
    "node_type_id" : { "type" : "allowlist", "values" : ["Standard_NC24ads_A100_v4"] }
  })
}

resource "databricks_cluster_policy" "fail_fixed_size_goes_round_the_cap" {
  name = "c"
  definition = jsonencode({
    "node_type_id" : { "type" : "fixed", "value" : "Standard_NC24ads_A100_v4" },
    "autoscale.max_workers" : { "type" : "range", "maxValue" : 4 }
  })
}

resource "databricks_cluster_policy" "unknown_cap" {
  name = "d"
  definition = jsonencode({
    "node_type_id" : { "type" : "fixed", "value" : "Standard_NC24ads_A100_v4" },
    "num_workers" : { "type" : "forbidden" },
    "autoscale.max_workers" : { "type" : "range", "maxValue" : var.most }
  })
}

resource "databricks_cluster_policy" "pass_capped" {
  name = "e"
  definition = jsonencode({
    "node_type_id" : { "type" : "allowlist", "values" : ["Standard_NC24ads_A100_v4"] },
    "num_workers" : { "type" : "forbidden" },
    "autoscale.max_workers" : { "type" : "range", "maxValue" : 4 }
  })
}

resource "databricks_cluster_policy" "pass_single_node" {
  name = "f"
  definition = jsonencode({
    "node_type_id" : { "type" : "allowlist", "values" : ["Standard_NC4as_T4_v3"] },
    "num_workers" : { "type" : "fixed", "value" : 0 }
  })
}

resource "databricks_cluster_policy" "pass_without_gpus" {
  name       = "g"
  definition = jsonencode({ "node_type_id" : { "type" : "allowlist", "values" : ["Standard_D4ads_v5"] } })
}
