resource "databricks_cluster_policy" "fail_open" {
  name       = "a"
  definition = jsonencode({ "spark_version" : { "type" : "fixed", "value" : "17.3.x-cpu-ml-scala2.13" } })
}

resource "databricks_cluster_policy" "fail_zero_is_never" {
  name       = "b"
  definition = jsonencode({ "autotermination_minutes" : { "type" : "fixed", "value" : 0 } })
}

resource "databricks_cluster_policy" "fail_range_from_zero" {
  name       = "c"
  definition = jsonencode({ "autotermination_minutes" : { "type" : "range", "maxValue" : 60 } })
}

resource "databricks_cluster_policy" "fail_a_day" {
  name       = "d"
  definition = jsonencode({ "autotermination_minutes" : { "type" : "fixed", "value" : 1440 } })
}

resource "databricks_cluster_policy" "pass_fixed" {
  name       = "e"
  definition = jsonencode({ "autotermination_minutes" : { "type" : "fixed", "value" : 30 } })
}

resource "databricks_cluster_policy" "pass_range" {
  name       = "f"
  definition = jsonencode({ "autotermination_minutes" : { "type" : "range", "minValue" : 10, "maxValue" : 60 } })
}
