provider "databricks" {
  alias = "fail_token"
  host  = "https://adb-1.1.azuredatabricks.net"
  token = "hunter2hunter2"
}

provider "azurerm" {
  alias         = "fail_client_secret"
  client_secret = "hunter2hunter2"
}

provider "databricks" {
  alias = "pass_variable"
  token = var.token
}

provider "azuread" {
  alias   = "pass_oidc"
  use_oidc = true
}
