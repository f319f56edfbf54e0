resource "databricks_recipient" "fail_from_anywhere" {
  name                = "partner"
  authentication_type = "TOKEN"
}

resource "databricks_recipient" "pass_listed" {
  name                = "partner"
  authentication_type = "TOKEN"
  ip_access_list {
    allowed_ip_addresses = ["203.0.113.0/24"]
  }
}

resource "databricks_recipient" "pass_databricks" {
  name                               = "sister"
  authentication_type                = "DATABRICKS"
  data_recipient_global_metastore_id = "azure:westeurope:x"
}
