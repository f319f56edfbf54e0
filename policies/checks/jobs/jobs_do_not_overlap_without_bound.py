"""Two runs that write the same table race."""

from ..engine.api import Resource, Severity, Verdict, expect_between, passed, rule

MOST_RUNS = 5


@rule(
    "CKV_MLOPS_41",
    Severity.MEDIUM,
    "databricks_job",
    rationale="A slow run overlaps with the next one: both write, and each takes another cluster.",
    fix="Set `max_concurrent_runs` to 1 for a job that writes, or leave it out: the default is 1.",
    control="SAT INFO-2",
)
def jobs_do_not_overlap_without_bound(resource: Resource) -> Verdict:
    """Few runs of a job overlap."""
    return expect_between(resource.block, "max_concurrent_runs", 1, MOST_RUNS, missing=passed("1 by default"))
