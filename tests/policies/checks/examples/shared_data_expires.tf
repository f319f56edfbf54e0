resource "databricks_metastore" "fail_never" {
  name                                              = "a"
  delta_sharing_scope                               = "INTERNAL_AND_EXTERNAL"
  delta_sharing_recipient_token_lifetime_in_seconds = 0
}

resource "databricks_metastore" "fail_unset" {
  name                = "b"
  delta_sharing_scope = "INTERNAL_AND_EXTERNAL"
}

resource "databricks_metastore" "fail_a_year" {
  name                                              = "c"
  delta_sharing_recipient_token_lifetime_in_seconds = 31536000
}

resource "databricks_metastore" "unknown_lifetime" {
  name                                              = "d"
  delta_sharing_recipient_token_lifetime_in_seconds = var.lifetime
}

resource "databricks_metastore" "pass_a_month" {
  name                                              = "e"
  delta_sharing_scope                               = "INTERNAL_AND_EXTERNAL"
  delta_sharing_recipient_token_lifetime_in_seconds = 2592000
}

resource "databricks_metastore" "pass_inside_only" {
  name = "f"
}
