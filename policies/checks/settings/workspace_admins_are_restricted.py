"""A workspace's administrator is not the administrator of its data."""

from ..engine.api import Resource, Severity, Verdict, expect, rule


@rule(
    "CKV_MLOPS_51",
    Severity.MEDIUM,
    "databricks_restrict_workspace_admins_setting",
    rationale="An unrestricted administrator can create tokens for, and run jobs as, any service principal.",
    fix='Set `restrict_workspace_admins { status = "RESTRICT_TOKENS_AND_JOB_RUN_AS" }`.',
    control="SAT GOV-35",
)
def workspace_admins_are_restricted(resource: Resource) -> Verdict:
    """Workspace administrators cannot act as a service principal."""
    return expect(resource.block, "restrict_workspace_admins.status", "RESTRICT_TOKENS_AND_JOB_RUN_AS")
