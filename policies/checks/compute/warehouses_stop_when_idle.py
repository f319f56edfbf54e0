"""A warehouse is billed for every idle minute."""

from ..engine.api import Resource, Severity, Verdict, expect_between, rule

MOST_MINUTES = 30


@rule(
    "CKV_MLOPS_30",
    Severity.MEDIUM,
    "databricks_sql_endpoint",
    rationale="0 never stops it, and the default waits two hours after the last query.",
    fix="Set `auto_stop_mins` to 1 to 30.",
    control="Cost control",
)
def warehouses_stop_when_idle(resource: Resource) -> Verdict:
    """SQL warehouses stop within half an hour of idling."""
    return expect_between(resource.block, "auto_stop_mins", 1, MOST_MINUTES)
