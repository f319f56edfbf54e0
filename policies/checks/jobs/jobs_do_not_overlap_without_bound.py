"""Two runs that write the same table race."""

from ..core.api import Resource, Severity, Verdict, expect_between, rule

MOST_RUNS = 5


@rule(
    "CKV_MLOPS_41",
    Severity.MEDIUM,
    "databricks_job",
    rationale="A slow run meets the next one: both write, and each new one takes another cluster.",
    fix="Set `max_concurrent_runs`, to 1 for a job that writes.",
    control="SAT INFO-2",
)
def jobs_do_not_overlap_without_bound(resource: Resource) -> Verdict:
    """Jobs say how many of their runs may overlap, and it is few."""
    return expect_between(resource.block, "max_concurrent_runs", 1, MOST_RUNS)
