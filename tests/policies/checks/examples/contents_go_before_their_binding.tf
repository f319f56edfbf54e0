resource "databricks_catalog" "lake" {
  name           = "lake"
  isolation_mode = "ISOLATED"
}

resource "databricks_workspace_binding" "own" {
  securable_name = databricks_catalog.lake.name
  workspace_id   = 1
}

resource "databricks_workspace_binding" "reader" {
  securable_name = databricks_catalog.lake.name
  workspace_id   = 2
  binding_type   = "BINDING_TYPE_READ_ONLY"
}

resource "databricks_schema" "pass_depends_on_the_binding" {
  catalog_name = databricks_catalog.lake.name
  name         = "gold"
  depends_on   = [databricks_workspace_binding.own]
}

resource "databricks_volume" "pass_through_its_schema" {
  catalog_name = databricks_catalog.lake.name
  schema_name  = databricks_schema.pass_depends_on_the_binding.name
  name         = "files"
  volume_type  = "MANAGED"
}

resource "databricks_schema" "fail_depends_on_the_catalog_alone" {
  catalog_name = databricks_catalog.lake.name
  name         = "silver"
}

resource "databricks_grants" "fail_through_its_schema" {
  schema = databricks_schema.fail_depends_on_the_catalog_alone.id
  grant {
    principal  = "readers"
    privileges = ["SELECT"]
  }
}

resource "databricks_schema" "fail_depends_on_the_readers_binding" {
  catalog_name = databricks_catalog.lake.name
  name         = "bronze"
  depends_on   = [databricks_workspace_binding.reader]
}

resource "databricks_catalog" "open" {
  name = "open"
}

resource "databricks_workspace_binding" "of_an_open_one" {
  securable_name = databricks_catalog.open.name
  workspace_id   = 1
}

resource "databricks_schema" "pass_in_an_open_catalog" {
  catalog_name = databricks_catalog.open.name
  name         = "gold"
}
