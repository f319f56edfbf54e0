"""Only verbose audit logs show which commands and queries ran."""

from ..engine.api import Resource, Severity, Verdict, expect, rule


@rule(
    "CKV_MLOPS_77",
    Severity.MEDIUM,
    "databricks_workspace_conf",
    rationale="The standard audit log records that a notebook ran, not which commands.",
    fix='Set `enableVerboseAuditLogs = "true"`.',
    control="SAT GOV-15",
)
def audit_logs_are_verbose(resource: Resource) -> Verdict:
    """Audit logs record the commands and queries that ran."""
    return expect(resource.block, "custom_config.enableVerboseAuditLogs", True)
