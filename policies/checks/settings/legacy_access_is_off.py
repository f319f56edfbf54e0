"""Grants of Unity Catalog do not apply to the Hive metastore and its clusters."""

from ..engine.api import Resource, Severity, Verdict, expect, rule


@rule(
    "CKV_MLOPS_49",
    Severity.HIGH,
    "databricks_disable_legacy_access_setting",
    rationale="Legacy access opens the Hive metastore and access modes that bypass every grant.",
    fix="Set `disable_legacy_access { value = true }`.",
    control="SAT GOV-12, GOV-13",
)
def legacy_access_is_off(resource: Resource) -> Verdict:
    """Legacy access is disabled."""
    return expect(resource.block, "disable_legacy_access.value", True)
