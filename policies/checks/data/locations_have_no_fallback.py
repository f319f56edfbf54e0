"""In fallback mode a cluster's own credentials open what the catalog would refuse."""

from ..engine.api import Resource, Severity, Verdict, expect, passed, rule


@rule(
    "CKV_MLOPS_13",
    Severity.HIGH,
    "databricks_external_location",
    rationale="Fallback uses the cluster's credentials if Unity Catalog's are refused.",
    fix="Remove `fallback`, or set it to false.",
    control="Unity Catalog: no path around grants",
)
def locations_have_no_fallback(resource: Resource) -> Verdict:
    """External locations do not fall back to a cluster's credentials."""
    return expect(resource.block, "fallback", False, missing=passed("off by default"))
