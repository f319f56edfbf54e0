resource "databricks_cluster_policy" "fail_open" {
  name       = "a"
  definition = jsonencode({ "num_workers" : { "type" : "fixed", "value" : 0 } })
}

resource "databricks_cluster_policy" "fail_floor_only" {
  name       = "b"
  definition = jsonencode({ "dbus_per_hour" : { "type" : "range", "minValue" : 1 } })
}

resource "databricks_cluster_policy" "pass_capped" {
  name       = "c"
  definition = jsonencode({ "dbus_per_hour" : { "type" : "range", "maxValue" : 27 } })
}
