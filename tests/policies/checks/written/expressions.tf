# Values that people compute in HCL. The name of each resource says what CKV_MLOPS_1, 30, 59 or 78 must say of it.
variable "idle" { default = 240 }
variable "private" { default = true }
variable "grants" {}
variable "groups" {
  default = { analysts = { create = true } }
}
locals {
  everyone = "account users"
  on       = true
}

resource "databricks_sql_endpoint" "fail_default_of_a_variable" {
  name           = "a"
  auto_stop_mins = var.idle
}

resource "databricks_sql_endpoint" "fail_condition" {
  name           = "a"
  auto_stop_mins = true ? 240 : 10
}

resource "databricks_group" "fail_each" {
  for_each             = var.groups
  display_name         = each.key
  allow_cluster_create = each.value.create
}

resource "databricks_group" "fail_lookup" {
  for_each             = var.groups
  display_name         = each.key
  allow_cluster_create = lookup(each.value, "create", false)
}

resource "databricks_grant" "fail_local" {
  catalog    = "main"
  principal  = local.everyone
  privileges = ["MODIFY"]
}

resource "databricks_grant" "fail_format" {
  catalog    = "main"
  principal  = format("%s users", "account")
  privileges = ["MODIFY"]
}

data "databricks_group" "everybody" { display_name = "account users" }

resource "databricks_grant" "fail_data_source" {
  catalog    = "main"
  principal  = data.databricks_group.everybody.display_name
  privileges = ["MODIFY"]
}

resource "databricks_grants" "unknown_map" {
  catalog = "main"
  dynamic "grant" {
    for_each = { "account users" = ["MODIFY"] }
    content {
      principal  = grant.key
      privileges = grant.value
    }
  }
}

resource "databricks_grants" "unknown_set" {
  catalog = "main"
  dynamic "grant" {
    for_each = toset(["account users", "users"])
    content {
      principal  = grant.value
      privileges = ["ALL_PRIVILEGES"]
    }
  }
}

resource "databricks_grants" "unknown_variable" {
  catalog = "main"
  dynamic "grant" {
    for_each = var.grants
    content {
      principal  = grant.value.principal
      privileges = grant.value.privileges
    }
  }
}

resource "databricks_grants" "fail_literal_in_a_loop" {
  catalog = "main"
  dynamic "grant" {
    for_each = var.grants
    content {
      principal  = "account users"
      privileges = ["ALL PRIVILEGES"]
    }
  }
}

resource "azurerm_databricks_workspace" "pass_literal" {
  sku = "premium"
  custom_parameters { no_public_ip = true }
}

resource "azurerm_databricks_workspace" "pass_default_of_a_variable" {
  sku = "premium"
  custom_parameters { no_public_ip = var.private }
}

resource "azurerm_databricks_workspace" "unknown_conjunction" {
  sku = "premium"
  custom_parameters { no_public_ip = local.on && var.private }
}

resource "azurerm_databricks_workspace" "unknown_negation" {
  sku = "premium"
  custom_parameters { no_public_ip = !false }
}
