"""An open credential or location lends its storage to every workspace."""

from ..engine.api import Resource, Severity, Verdict, expect, rule


@rule(
    "CKV_MLOPS_12",
    Severity.HIGH,
    "databricks_storage_credential",
    "databricks_external_location",
    "databricks_credential",
    rationale="With an open isolation mode, any workspace of the metastore can reach the lake through it.",
    fix='Set `isolation_mode = "ISOLATION_MODE_ISOLATED"` and bind the workspaces that need it.',
    control="Unity Catalog workspace bindings",
)
def storage_is_isolated(resource: Resource) -> Verdict:
    """Storage credentials and external locations are bound to named workspaces."""
    return expect(resource.block, "isolation_mode", "ISOLATION_MODE_ISOLATED")
