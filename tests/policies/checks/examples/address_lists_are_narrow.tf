resource "databricks_ip_access_list" "fail_everywhere" {
  label        = "a"
  list_type    = "ALLOW"
  ip_addresses = ["203.0.113.0/24", "0.0.0.0/0"]
}

resource "databricks_ip_access_list" "fail_no_address" {
  label        = "b"
  list_type    = "ALLOW"
  ip_addresses = ["office"]
}

resource "databricks_ip_access_list" "unknown_addresses" {
  label        = "c"
  list_type    = "ALLOW"
  ip_addresses = [var.office]
}

resource "databricks_ip_access_list" "pass_office" {
  label        = "d"
  list_type    = "ALLOW"
  ip_addresses = ["203.0.113.0/24", "2001:db8::/48"]
}

resource "databricks_ip_access_list" "pass_block" {
  label        = "e"
  list_type    = "BLOCK"
  ip_addresses = ["0.0.0.0/0"]
}
