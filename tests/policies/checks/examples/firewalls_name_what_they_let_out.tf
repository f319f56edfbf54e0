resource "azurerm_firewall_policy_rule_collection_group" "fail_any_name" {
  name               = "a"
  firewall_policy_id = "x"
  priority           = 100
  application_rule_collection {
    name     = "out"
    priority = 100
    action   = "Allow"
    rule {
      name              = "everything"
      source_addresses  = ["10.0.0.0/8"]
      destination_fqdns = ["pypi.org", "*"]
    }
  }
}

resource "azurerm_firewall_policy_rule_collection_group" "fail_any_address" {
  name               = "b"
  firewall_policy_id = "x"
  priority           = 100
  network_rule_collection {
    name     = "out"
    priority = 100
    action   = "Allow"
    rule {
      name                  = "everything"
      protocols             = ["TCP"]
      source_addresses      = ["10.0.0.0/8"]
      destination_addresses = ["0.0.0.0/0"]
      destination_ports     = ["443"]
    }
  }
}

resource "azurerm_firewall_policy_rule_collection_group" "pass_named" {
  name               = "c"
  firewall_policy_id = "x"
  priority           = 100
  application_rule_collection {
    name     = "out"
    priority = 100
    action   = "Allow"
    rule {
      name              = "packages"
      source_addresses  = ["10.0.0.0/8"]
      destination_fqdns = ["pypi.org", "*.blob.core.windows.net"]
    }
  }
  network_rule_collection {
    name     = "rest"
    priority = 200
    action   = "Deny"
    rule {
      name                  = "everything"
      protocols             = ["Any"]
      source_addresses      = ["*"]
      destination_addresses = ["*"]
      destination_ports     = ["*"]
    }
  }
}
