"""Tokens persist in scripts, laptops and logs."""

from ..engine.api import Resource, Severity, Verdict, expect_between, rule

_MOST_DAYS = 90


@rule(
    "CKV_MLOPS_52",
    Severity.MEDIUM,
    "databricks_workspace_conf",
    rationale="A token without an expiry date still works years after its owner forgot it.",
    fix="Set `maxTokenLifetimeDays` to at most 90, and not to 0.",
    control="SAT IA-4, IA-5",
)
def tokens_are_short_lived(resource: Resource) -> Verdict:
    """New tokens end within 90 days."""
    return expect_between(resource.block, "custom_config.maxTokenLifetimeDays", 1, _MOST_DAYS)
