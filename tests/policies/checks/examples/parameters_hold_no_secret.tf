resource "databricks_job" "fail_notebook" {
  task {
    task_key = "t"
    notebook_task {
      notebook_path   = "/x"
      base_parameters = { token = "hunter2hunter2" }
    }
  }
}

resource "databricks_job" "fail_default" {
  parameter {
    name    = "db_password"
    default = "hunter2hunter2"
  }
}

resource "databricks_job" "fail_wheel" {
  task {
    task_key = "t"
    python_wheel_task {
      package_name = "p"
      entry_point  = "e"
      parameters   = ["--url", "DefaultEndpointsProtocol=https;AccountKey=FILL-IN"]
    }
  }
}

resource "databricks_job" "fail_each" {
  task {
    task_key = "all"
    for_each_task {
      inputs = "[1]"
      task {
        task_key = "t"
        notebook_task {
          notebook_path   = "/x"
          base_parameters = { api_key = "hunter2hunter2" }
        }
      }
    }
  }
}

resource "databricks_job" "unknown_map" {
  task {
    task_key = "t"
    notebook_task {
      notebook_path   = "/x"
      base_parameters = var.parameters
    }
  }
}

resource "databricks_job" "pass_reference" {
  task {
    task_key = "t"
    notebook_task {
      notebook_path   = "/x"
      base_parameters = { token = "{{secrets/scope/key}}", month = "2025-01" }
    }
  }
}
