resource "azurerm_firewall_policy" "fail_default" {
  name = "a"
}

resource "azurerm_firewall_policy" "fail_alert" {
  name                     = "b"
  threat_intelligence_mode = "Alert"
}

resource "azurerm_firewall_policy" "unknown_variable" {
  name                     = "c"
  threat_intelligence_mode = var.mode
}

resource "azurerm_firewall_policy" "pass_deny" {
  name                     = "d"
  threat_intelligence_mode = "Deny"
}
