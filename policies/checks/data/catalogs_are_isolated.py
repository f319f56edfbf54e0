"""An open catalog is reachable from every workspace of the metastore."""

from ..engine.api import Resource, Severity, Verdict, expect, rule


@rule(
    "CKV_MLOPS_11",
    Severity.HIGH,
    "databricks_catalog",
    rationale="With the default `OPEN`, any workspace of the metastore can use the catalog.",
    fix='Set `isolation_mode = "ISOLATED"` and bind the workspaces that need it.',
    control="Unity Catalog workspace bindings",
)
def catalogs_are_isolated(resource: Resource) -> Verdict:
    """Catalogs are bound to named workspaces."""
    return expect(resource.block, "isolation_mode", "ISOLATED")
