resource "databricks_cluster" "fail_zero" {
  spark_version           = "17.3.x-cpu-ml-scala2.13"
  autotermination_minutes = 0
}

resource "databricks_cluster" "fail_unset" {
  spark_version = "17.3.x-cpu-ml-scala2.13"
}

resource "databricks_cluster" "pass_half_an_hour" {
  spark_version           = "17.3.x-cpu-ml-scala2.13"
  autotermination_minutes = 30
}
