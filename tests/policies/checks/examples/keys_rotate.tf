resource "azurerm_key_vault_key" "fail_expiry_alone" {
  name            = "a"
  key_vault_id    = "x"
  key_type        = "RSA"
  expiration_date = "2027-01-01T00:00:00Z"
}

resource "azurerm_key_vault_key" "pass_rotates" {
  name         = "b"
  key_vault_id = "x"
  key_type     = "RSA"
  rotation_policy {
    expire_after = "P90D"
    automatic {
      time_before_expiry = "P30D"
    }
  }
}
