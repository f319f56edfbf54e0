resource "databricks_cluster" "fail_dbfs" {
  spark_version = "17.3.x-cpu-ml-scala2.13"
  init_scripts {
    dbfs {
      destination = "dbfs:/databricks/init/a.sh"
    }
  }
}

resource "databricks_global_init_script" "fail_global" {
  name    = "a"
  enabled = true
}

resource "databricks_cluster" "pass_volume" {
  spark_version = "17.3.x-cpu-ml-scala2.13"
  init_scripts {
    volumes {
      destination = "/Volumes/prod/platform_ops/scripts/a.sh"
    }
  }
}
