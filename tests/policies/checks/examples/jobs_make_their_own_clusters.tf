resource "databricks_job" "fail_shared" {
  name = "a"
  task {
    task_key            = "train"
    existing_cluster_id = databricks_cluster.shared.id
  }
}

resource "databricks_job" "pass_own" {
  name = "b"
  task {
    task_key        = "train"
    job_cluster_key = "main"
  }
}
