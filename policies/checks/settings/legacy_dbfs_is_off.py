"""The DBFS root and its mounts are open to every user of a workspace."""

from ..engine.api import Resource, Severity, Verdict, expect, rule


@rule(
    "CKV_MLOPS_50",
    Severity.MEDIUM,
    "databricks_disable_legacy_dbfs_setting",
    rationale="Files on the DBFS root are shared by everyone, without grants or lineage.",
    fix="Set `disable_legacy_dbfs { value = true }`.",
    control="SAT GOV-10, GOV-11",
)
def legacy_dbfs_is_off(resource: Resource) -> Verdict:
    """The DBFS root and mounts are disabled."""
    return expect(resource.block, "disable_legacy_dbfs.value", True)
