resource "databricks_cluster" "fail_key" {
  spark_version   = "17.3.x-cpu-ml-scala2.13"
  ssh_public_keys = ["ssh-ed25519 AAAA someone"]
}

resource "databricks_job" "fail_key" {
  name = "a"
  job_cluster {
    job_cluster_key = "main"
    new_cluster {
      spark_version   = "17.3.x-cpu-ml-scala2.13"
      ssh_public_keys = ["ssh-ed25519 AAAA someone"]
    }
  }
}

resource "databricks_cluster_policy" "fail_fixed_key" {
  name       = "b"
  definition = jsonencode({ "ssh_public_keys.0" : { "type" : "fixed", "value" : "ssh-ed25519 AAAA someone" } })
}

resource "databricks_cluster" "pass_none" {
  spark_version = "17.3.x-cpu-ml-scala2.13"
}
