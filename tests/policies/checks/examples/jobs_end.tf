resource "databricks_job" "fail_unset" {
  name = "a"
  task {
    task_key = "train"
  }
}

resource "databricks_job" "fail_zero" {
  name            = "b"
  timeout_seconds = 0
}

resource "databricks_job" "fail_one_of_two_tasks" {
  name = "c"
  task {
    task_key        = "train"
    timeout_seconds = 3600
  }
  task {
    task_key = "score"
  }
}

resource "databricks_job" "unknown_timeout" {
  name            = "d"
  timeout_seconds = var.timeout
}

resource "databricks_job" "pass_of_the_job" {
  name            = "e"
  timeout_seconds = 3600
  task {
    task_key = "train"
  }
}

resource "databricks_job" "pass_of_its_tasks" {
  name = "f"
  task {
    task_key        = "train"
    timeout_seconds = 3600
  }
  task {
    task_key = "approved"
    condition_task {
      left  = "a"
      op    = "EQUAL_TO"
      right = "b"
    }
  }
}
