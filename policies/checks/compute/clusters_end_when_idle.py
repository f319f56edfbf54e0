"""By the API's default, a cluster runs until somebody stops it."""

from ..engine.api import Resource, Severity, Verdict, expect_between, rule

MOST_MINUTES = 120


@rule(
    "CKV_MLOPS_29",
    Severity.MEDIUM,
    "databricks_cluster",
    rationale="A cluster that never terminates costs money while idle and is never patched.",
    fix="Set `autotermination_minutes` to 10 to 120.",
    control="SAT GOV-4",
)
def clusters_end_when_idle(resource: Resource) -> Verdict:
    """All-purpose clusters end when idle."""
    return expect_between(resource.block, "autotermination_minutes", 10, MOST_MINUTES)
