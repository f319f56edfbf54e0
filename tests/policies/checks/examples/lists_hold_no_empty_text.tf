resource "databricks_job" "pass_every_item_is_a_text" {
  name        = "alert"
  description = ""
  task {
    task_key = "alert"
    python_wheel_task {
      package_name = "p"
      entry_point  = "e"
      parameters   = ["--use-case", "credit"]
    }
  }
  parameter {
    name    = "version"
    default = ""
  }
}

resource "databricks_job" "fail_a_flag_without_its_value" {
  name = "alert"
  task {
    task_key = "alert"
    python_wheel_task {
      package_name = "p"
      entry_point  = "e"
      parameters   = ["--use-case", "credit", "--webhook-secret", ""]
    }
  }
}

resource "databricks_notification_destination" "fail_a_lone_empty_address" {
  display_name = "on-call"
  config {
    email {
      addresses = [""]
    }
  }
}

resource "databricks_grants" "fail_null" {
  catalog = "lake"
  grant {
    principal  = "readers"
    privileges = ["USE_CATALOG", null]
  }
}

resource "databricks_grants" "pass_two_grants" {
  catalog = "lake"
  grant {
    principal  = "readers"
    privileges = ["USE_CATALOG"]
  }
  grant {
    principal  = "writers"
    privileges = ["USE_CATALOG", "CREATE_SCHEMA"]
  }
}
