# More of what people compute: repeated by count, joined, chosen, taken out of objects and of other resources.
variable "rights" { default = { reader = "SELECT", writer = "MODIFY" } }
variable "everybody" {
  type    = object({ name = string })
  default = { name = "account users" }
}
variable "given" { type = string }
variable "wide" { type = bool }
locals {
  all     = "ALL_PRIVILEGES"
  minutes = { long = 240, short = 20 }
  who     = ["account users", "analysts"]
  named   = local.who[0]
}

resource "databricks_sql_endpoint" "fail_count" {
  count          = 2
  name           = "a-${count.index}"
  auto_stop_mins = 240
}

resource "databricks_sql_endpoint" "pass_count" {
  count          = 2
  name           = "a-${count.index}"
  auto_stop_mins = 20
}

resource "databricks_sql_endpoint" "fail_map_of_locals" {
  name           = "a"
  auto_stop_mins = local.minutes.long
}

resource "databricks_sql_endpoint" "fail_max" {
  name           = "a"
  auto_stop_mins = max(10, 240)
}

resource "databricks_grant" "fail_object" {
  catalog    = "main"
  principal  = var.everybody.name
  privileges = ["MODIFY"]
}

resource "databricks_grant" "fail_list_of_locals" {
  catalog    = "main"
  principal  = local.named
  privileges = ["MODIFY"]
}

resource "databricks_grant" "unknown_join" {
  catalog    = "main"
  principal  = join(" ", ["account", "users"])
  privileges = ["MODIFY"]
}

resource "databricks_grant" "fail_upper" {
  catalog    = "main"
  principal  = lower("ACCOUNT USERS")
  privileges = ["MODIFY"]
}

resource "databricks_grant" "unknown_given" {
  catalog    = "main"
  principal  = var.given
  privileges = ["MODIFY"]
}

resource "databricks_grant" "unknown_part" {
  catalog    = "main"
  principal  = "${var.given} users"
  privileges = ["MODIFY"]
}

resource "databricks_grant" "fail_right_of_a_map" {
  catalog    = "main"
  principal  = "account users"
  privileges = [var.rights.writer]
}

resource "databricks_grant" "fail_right_of_locals" {
  catalog    = "main"
  principal  = "account users"
  privileges = [local.all]
}

resource "databricks_grant" "unknown_condition" {
  catalog    = "main"
  principal  = var.wide ? "account users" : "analysts"
  privileges = ["MODIFY"]
}

resource "databricks_grant" "fail_right_that_may_be" {
  catalog    = "main"
  principal  = "account users"
  privileges = [var.wide ? "MODIFY" : "SELECT"]
}

resource "databricks_grant" "fail_right_by_key" {
  catalog    = "main"
  principal  = "account users"
  privileges = [var.rights["writer"]]
}
