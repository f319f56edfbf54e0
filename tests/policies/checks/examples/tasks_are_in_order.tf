resource "databricks_job" "pass_sorted" {
  name = "promotion"
  task {
    task_key = "comparison"
  }
  task {
    task_key = "compliance"
  }
  task {
    task_key = "sign_off"
    depends_on {
      task_key = "comparison"
    }
    depends_on {
      task_key = "compliance"
    }
  }
}

resource "databricks_job" "pass_one_task" {
  name = "ingest"
  task {
    task_key = var.only
  }
}

resource "databricks_job" "fail_tasks" {
  name = "training"
  task {
    task_key = "training"
  }
  task {
    task_key = "promotion"
  }
}

resource "databricks_job" "fail_dependencies" {
  name = "promotion"
  task {
    task_key = "a"
  }
  task {
    task_key = "b"
  }
  task {
    task_key = "c"
    depends_on {
      task_key = "b"
    }
    depends_on {
      task_key = "a"
    }
  }
}

resource "databricks_job" "unknown_computed_key" {
  name = "training"
  task {
    task_key = "a"
  }
  task {
    task_key = var.second
  }
}
