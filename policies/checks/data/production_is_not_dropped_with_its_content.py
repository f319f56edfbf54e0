"""`force_destroy` turns a mistaken destroy into lost data."""

from ..engine.api import Resource, Severity, Verdict, expect, passed, rule
from ..engine.environment import may_be_production


@rule(
    "CKV_MLOPS_16",
    Severity.HIGH,
    "databricks_catalog",
    "databricks_schema",
    "databricks_metastore",
    "databricks_external_location",
    "databricks_storage_credential",
    rationale="With `force_destroy`, a destroy or a rename drops every table in it without asking.",
    fix="Remove `force_destroy`, or set it to false; empty it by hand before removing it.",
    control="Microsoft cloud security benchmark BR-2",
)
def production_is_not_dropped_with_its_content(resource: Resource) -> Verdict:
    """Containers of production data cannot be dropped unless they are empty."""
    if not may_be_production(resource):
        return passed("not production's")
    return expect(resource.block, "force_destroy", False, missing=passed("off by default"))
