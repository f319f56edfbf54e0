resource "databricks_job" "fail_unset" {
  name = "a"
}

resource "databricks_job" "fail_of_success_only" {
  name = "b"
  email_notifications {
    on_success = ["someone@example.com"]
  }
}

resource "databricks_pipeline" "fail_pipeline_of_success_only" {
  name = "e"
  notification {
    email_recipients = ["someone@example.com"]
    alerts           = ["on-update-success"]
  }
}

resource "databricks_pipeline" "pass_pipeline" {
  name = "f"
  notification {
    email_recipients = ["mlops-on-call@example.com"]
    alerts           = ["on-update-failure"]
  }
}

resource "databricks_job" "pass_mail" {
  name = "c"
  email_notifications {
    on_failure = ["mlops-on-call@example.com"]
  }
}

resource "databricks_job" "pass_webhook" {
  name = "d"
  webhook_notifications {
    on_failure {
      id = databricks_notification_destination.on_call.id
    }
  }
}
