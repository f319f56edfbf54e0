resource "databricks_cluster_policy" "fail_unset" {
  name = "a"
}

resource "databricks_cluster_policy" "fail_hundred" {
  name                  = "b"
  max_clusters_per_user = 100
}

resource "databricks_cluster_policy" "pass_two" {
  name                  = "c"
  max_clusters_per_user = 2
}
