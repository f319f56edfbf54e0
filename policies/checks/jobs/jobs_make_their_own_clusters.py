"""An all-purpose cluster is shared with other workloads."""

from ..engine.api import Resource, Severity, Verdict, failed, passed, rule

_PATHS = ("existing_cluster_id", "task.existing_cluster_id", "task.for_each_task.task.existing_cluster_id")


@rule(
    "CKV_MLOPS_42",
    Severity.MEDIUM,
    "databricks_job",
    rationale="On a shared cluster a job sees other people's libraries and files, and costs twice the job price.",
    fix="Use `job_cluster`, `new_cluster` or serverless compute.",
    control="SAT GOV-4; isolation of jobs",
)
def jobs_make_their_own_clusters(resource: Resource) -> Verdict:
    """Jobs run on their own clusters."""
    held = [path for path in _PATHS if resource.block.has(path)]
    return failed(f"{held[0]} is set; allowed: job_cluster, new_cluster or serverless") if held else passed()
