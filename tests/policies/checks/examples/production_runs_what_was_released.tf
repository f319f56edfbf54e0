resource "databricks_repo" "main" {
  url    = "https://github.com/o/r.git"
  path   = "/Shared/r"
  branch = "main"
}

resource "databricks_job" "fail_branch" {
  name = "prod-a"
  git_source {
    url    = "https://github.com/o/r.git"
    branch = "main"
  }
}

resource "databricks_job" "fail_unmarked_default_branch" {
  name = "b"
  git_source {
    url = "https://github.com/o/r.git"
  }
}

resource "databricks_job" "fail_notebook_of_a_person" {
  name = "prod-c"
  task {
    task_key = "train"
    notebook_task {
      notebook_path = "/Workspace/Users/ann@example.com/train"
    }
  }
}

resource "databricks_job" "fail_file_of_a_git_folder" {
  name = "prod-d"
  task {
    task_key = "train"
    spark_python_task {
      python_file = "/Repos/team/r/train.py"
    }
  }
}

resource "databricks_job" "fail_file_beside_others" {
  name = "prod-e"
  task {
    task_key = "each"
    for_each_task {
      inputs = "[1]"
      task {
        task_key = "one"
        notebook_task {
          notebook_path = "/Repos/team/r/one"
        }
      }
    }
  }
}

resource "databricks_job" "fail_path_of_the_folder" {
  name = "prod-k"
  task {
    task_key = "train"
    notebook_task {
      notebook_path = "${databricks_repo.main.path}/train"
    }
  }
}

resource "databricks_job" "unknown_branch" {
  name = "prod-f"
  git_source {
    url    = "https://github.com/o/r.git"
    branch = var.branch
  }
}

resource "databricks_job" "unknown_path" {
  name = "prod-g"
  task {
    task_key = "train"
    notebook_task {
      notebook_path = var.path
    }
  }
}

resource "databricks_job" "pass_tag" {
  name = "prod-h"
  git_source {
    url = "https://github.com/o/r.git"
    tag = "v1.4.0"
  }
}

resource "databricks_job" "pass_wheel" {
  name = "prod-i"
  task {
    task_key = "train"
    python_wheel_task {
      package_name = "mlops_ml"
      entry_point  = "training"
    }
  }
}

resource "databricks_job" "pass_branch_in_dev" {
  name = "dev-j"
  git_source {
    url    = "https://github.com/o/r.git"
    branch = "main"
  }
}

resource "databricks_pipeline" "fail_pipeline_of_a_person" {
  name = "prod-p"
  library {
    file {
      path = "/Workspace/Users/ann@example.com/silver.py"
    }
  }
}

resource "databricks_pipeline" "pass_pipeline" {
  name = "prod-q"
  library {
    file {
      path = "/Workspace/mlops/prod/pipelines/credit.py"
    }
  }
}
