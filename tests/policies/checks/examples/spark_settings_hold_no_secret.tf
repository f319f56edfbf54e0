resource "databricks_cluster" "fail_account_key" {
  spark_version = "17.3.x-cpu-ml-scala2.13"
  spark_conf = {
    "fs.azure.account.key.lake.dfs.core.windows.net" = "c2VjcmV0LWtleS1vZi1hLXN0b3JhZ2UtYWNjb3VudA=="
  }
}

resource "databricks_job" "fail_variable" {
  name = "a"
  job_cluster {
    job_cluster_key = "main"
    new_cluster {
      spark_version = "17.3.x-cpu-ml-scala2.13"
      spark_env_vars = {
        MLFLOW_TRACKING_TOKEN = "hunter2hunter2"
      }
    }
  }
}

resource "databricks_cluster_policy" "fail_fixed" {
  name       = "b"
  definition = jsonencode({ "spark_env_vars.API_KEY" : { "type" : "fixed", "value" : "hunter2hunter2" } })
}

resource "databricks_cluster" "unknown_variable" {
  spark_version = "17.3.x-cpu-ml-scala2.13"
  spark_env_vars = {
    DB_PASSWORD = var.password
  }
}

resource "databricks_cluster" "pass_reference" {
  spark_version = "17.3.x-cpu-ml-scala2.13"
  spark_env_vars = {
    DB_PASSWORD = "{{secrets/prod/db-password}}"
  }
  spark_conf = {
    "spark.sql.tokenizer"                         = "whitespace"
    "spark.databricks.delta.secret.redaction"     = "true"
    "spark.databricks.delta.snapshotPartitions"   = "2"
  }
}

resource "databricks_mount" "fail_account_key" {
  name          = "lake"
  extra_configs = { "fs.azure.account.key.acc.blob.core.windows.net" = "FILL-IN" }
}

resource "databricks_cluster" "unknown_whole_map" {
  spark_conf = merge({ "spark.a" = "1" }, var.conf)
}

resource "databricks_cluster" "unknown_variable_map" {
  spark_env_vars = var.settings
}
