resource "databricks_metastore" "fail_person" {
  name  = "a"
  owner = "someone@example.com"
}

resource "databricks_metastore" "fail_unset" {
  name = "b"
}

resource "databricks_metastore" "fail_reference_to_a_person" {
  name  = "c"
  owner = databricks_user.someone.user_name
}

resource "databricks_metastore" "unknown_variable" {
  name  = "d"
  owner = var.owner
}

resource "databricks_metastore" "pass_group" {
  name  = "e"
  owner = databricks_group.admins.display_name
}

resource "databricks_metastore" "pass_name" {
  name  = "f"
  owner = "platform-admins"
}
