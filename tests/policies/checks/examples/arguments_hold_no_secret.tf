resource "databricks_secret" "fail_literal" {
  scope        = "prod"
  key          = "webhook"
  string_value = "hunter2hunter2"
}

resource "azurerm_key_vault_secret" "fail_literal" {
  name         = "webhook"
  key_vault_id = "x"
  value        = "hunter2hunter2"
}

resource "databricks_notification_destination" "fail_pagerduty" {
  display_name = "on call"
  config {
    pagerduty {
      integration_key = "hunter2hunter2"
    }
  }
}

resource "databricks_secret" "unknown_variable" {
  scope        = "prod"
  key          = "webhook"
  string_value = var.webhook
}

resource "databricks_notification_destination" "pass_mail" {
  display_name = "on call"
  config {
    email {
      addresses = ["mlops-on-call@example.com"]
    }
  }
}

resource "azurerm_key_vault_secret" "pass_write_only" {
  name             = "webhook"
  key_vault_id     = "x"
  value_wo         = var.webhook
  value_wo_version = 1
}
