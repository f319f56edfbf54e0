resource "databricks_cluster_policy" "fail_open" {
  name       = "a"
  definition = jsonencode({ "num_workers" : { "type" : "fixed", "value" : 0 } })
}

resource "databricks_cluster_policy" "fail_off" {
  name       = "b"
  definition = jsonencode({ "enable_local_disk_encryption" : { "type" : "fixed", "value" : false } })
}

resource "databricks_cluster_policy" "pass_on" {
  name       = "c"
  definition = jsonencode({ "enable_local_disk_encryption" : { "type" : "fixed", "value" : true } })
}
