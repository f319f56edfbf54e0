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

locals {
  principals = { first = "account users", second = "analysts" }
}

resource "databricks_grant" "unknown_values_of_a_map" {
  catalog    = "prod"
  principal  = values(local.principals)[0]
  privileges = ["MODIFY"]
}

resource "databricks_grant" "unknown_attribute_of_decoded_text" {
  catalog    = "prod"
  principal  = jsondecode("{\"who\": \"account users\"}").who
  privileges = ["MODIFY"]
}

resource "databricks_grant" "unknown_attribute_of_merged_maps" {
  catalog    = "prod"
  principal  = merge(local.principals, {}).first
  privileges = ["MODIFY"]
}

resource "databricks_grant" "unknown_what_the_parser_makes_empty" {
  catalog    = "prod"
  principal  = substr("the account users", 4, -1)
  privileges = ["MODIFY"]
}

resource "databricks_grant" "fail_template_directive" {
  catalog    = "prod"
  principal  = "%{if true}account users%{else}analysts%{endif}"
  privileges = ["MODIFY"]
}

resource "databricks_grant" "unknown_base64" {
  catalog    = "prod"
  principal  = base64decode("YWNjb3VudCB1c2Vycw==")
  privileges = ["MODIFY"]
}

resource "databricks_grant" "fail_parts_of_a_list" {
  catalog    = "prod"
  principal  = flatten([["account users"], []])[0]
  privileges = concat(["SELECT"], ["MODIFY"])
}

resource "databricks_grant" "fail_trimmed" {
  catalog    = "prod"
  principal  = trimspace(" Account Users ")
  privileges = split(",", "SELECT,MODIFY")
}
