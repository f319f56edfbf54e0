resource "databricks_share" "fail_production" {
  name = "s"
  object {
    name             = "prod.credit_gold.clients"
    data_object_type = "TABLE"
  }
}

resource "databricks_share" "unknown_table" {
  name = "s"
  object {
    name             = var.table
    data_object_type = "TABLE"
  }
}

resource "databricks_share" "pass_exchange" {
  name = "s"
  object {
    name             = "exchange.partner.totals"
    data_object_type = "TABLE"
  }
}
