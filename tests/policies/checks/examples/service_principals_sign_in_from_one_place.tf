resource "databricks_service_principal_federation_policy" "fail_any_branch" {
  service_principal_id = 1
  oidc_policy = {
    issuer    = "https://token.actions.githubusercontent.com"
    subject   = "repo:example-org/mlops:*"
    audiences = ["https://github.com/example-org"]
  }
}

resource "databricks_service_principal_federation_policy" "fail_no_subject" {
  service_principal_id = 1
  oidc_policy = {
    issuer    = "https://token.actions.githubusercontent.com"
    audiences = ["https://github.com/example-org"]
  }
}

resource "azurerm_federated_identity_credential" "unknown_subject" {
  name     = "ci"
  issuer   = "https://token.actions.githubusercontent.com"
  audience = ["api://AzureADTokenExchange"]
  subject  = var.subject
}

resource "azurerm_federated_identity_credential" "pass_environment" {
  name     = "ci"
  issuer   = "https://token.actions.githubusercontent.com"
  audience = ["api://AzureADTokenExchange"]
  subject  = "repo:example-org/mlops:environment:prod"
}

resource "databricks_service_principal_federation_policy" "pass_environment" {
  service_principal_id = 1
  oidc_policy = {
    issuer    = "https://token.actions.githubusercontent.com"
    subject   = "repo:example-org/mlops:environment:prod"
    audiences = ["https://github.com/example-org"]
  }
}

resource "azurerm_federated_identity_credential" "fail_pull_request" {
  name     = "ci"
  issuer   = "https://token.actions.githubusercontent.com"
  audience = ["api://AzureADTokenExchange"]
  subject  = "repo:org/repository:pull_request"
}
