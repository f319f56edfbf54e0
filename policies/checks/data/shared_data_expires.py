"""A recipient outside the account signs in with a bearer token."""

from ..engine.api import Resource, Severity, Verdict, expect_between, passed, rule

_90_DAYS_S = 90 * 24 * 3600


@rule(
    "CKV_MLOPS_19",
    Severity.MEDIUM,
    "databricks_metastore",
    rationale="A Delta Sharing token that never expires opens the share to anyone who ever had the file.",
    fix="Set `delta_sharing_recipient_token_lifetime_in_seconds` to 7776000 (90 days) or less, and not to 0.",
    control="SAT GOV-17",
)
def shared_data_expires(resource: Resource) -> Verdict:
    """Tokens of Delta Sharing end within 90 days."""
    scope = resource.block.value("delta_sharing_scope")
    missing = passed("sharing with others is off") if scope in (None, "INTERNAL") else None
    path = "delta_sharing_recipient_token_lifetime_in_seconds"
    return expect_between(resource.block, path, 1, _90_DAYS_S, missing=missing)
