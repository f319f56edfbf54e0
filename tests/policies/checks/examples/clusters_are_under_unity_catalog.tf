resource "databricks_cluster" "fail_none" {
  spark_version      = "17.3.x-cpu-ml-scala2.13"
  data_security_mode = "NONE"
}

resource "databricks_cluster" "fail_unset" {
  spark_version = "17.3.x-cpu-ml-scala2.13"
}

resource "databricks_job" "fail_one_of_two" {
  name = "two"
  job_cluster {
    job_cluster_key = "a"
    new_cluster {
      spark_version      = "17.3.x-cpu-ml-scala2.13"
      data_security_mode = "SINGLE_USER"
    }
  }
  job_cluster {
    job_cluster_key = "b"
    new_cluster {
      spark_version      = "17.3.x-cpu-ml-scala2.13"
      data_security_mode = "LEGACY_TABLE_ACL"
    }
  }
}

resource "databricks_job" "unknown_left_to_the_policy" {
  name = "policy"
  task {
    task_key = "a"
    new_cluster {
      spark_version = "17.3.x-cpu-ml-scala2.13"
      policy_id     = databricks_cluster_policy.cpu.id
    }
  }
}

resource "databricks_cluster" "pass_dedicated" {
  spark_version      = "17.3.x-cpu-ml-scala2.13"
  data_security_mode = "SINGLE_USER"
}

resource "databricks_job" "pass_serverless" {
  name = "serverless"
  task {
    task_key = "a"
  }
}
