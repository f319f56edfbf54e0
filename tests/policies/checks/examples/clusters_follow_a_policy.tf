resource "databricks_cluster" "fail_free" {
  spark_version = "17.3.x-cpu-ml-scala2.13"
}

resource "databricks_job" "fail_one_of_its_clusters" {
  name = "a"
  job_cluster {
    job_cluster_key = "main"
    new_cluster {
      spark_version = "17.3.x-cpu-ml-scala2.13"
    }
  }
}

resource "databricks_job" "pass_named" {
  name = "b"
  job_cluster {
    job_cluster_key = "main"
    new_cluster {
      spark_version = "17.3.x-cpu-ml-scala2.13"
      policy_id     = data.databricks_cluster_policy.cpu.id
    }
  }
}

resource "databricks_job" "pass_serverless" {
  name = "c"
  environment {
    environment_key = "main"
    spec {
      environment_version = "5"
      dependencies        = ["/Volumes/prod/platform_ops/wheels/a/mlops_ml-0.1.0-py3-none-any.whl"]
    }
  }
  task {
    task_key        = "scoring"
    environment_key = "main"
  }
}
