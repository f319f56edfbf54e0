"""Validation finds a location that overlaps another, or that its credential cannot open."""

from ..engine.api import Resource, Severity, Verdict, expect, passed, rule


@rule(
    "CKV_MLOPS_14",
    Severity.HIGH,
    "databricks_external_location",
    "databricks_storage_credential",
    rationale="Without validation, a location may overlap another one's path and bypass its grants.",
    fix="Remove `skip_validation`, or set it to false.",
    control="Unity Catalog external locations",
)
def storage_is_validated(resource: Resource) -> Verdict:
    """Credentials and locations are validated when they are created."""
    return expect(resource.block, "skip_validation", False, missing=passed("validated by default"))
