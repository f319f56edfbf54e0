"""A job that hangs keeps its cluster until somebody looks."""

from ..engine.api import Block, Resource, Severity, Verdict, expect_between, passed, rule, worst

_LONGEST_S = 7 * 24 * 3600
# These tasks wait for others, or branch, and run no code themselves.
_NO_CODE = ("condition_task", "run_job_task", "for_each_task")


@rule(
    "CKV_MLOPS_39",
    Severity.MEDIUM,
    "databricks_job",
    rationale="Without a time limit, a lock or an endless loop costs money until someone stops it.",
    fix="Set `timeout_seconds` on the job, or on every task that runs code.",
    control="Cost control; reliability of jobs",
)
def jobs_end(resource: Resource) -> Verdict:
    """Jobs have a time limit."""
    if resource.block.has("continuous"):
        return passed("a continuous job does not end")
    if resource.block.has("timeout_seconds"):
        return expect_between(resource.block, "timeout_seconds", 1, _LONGEST_S)
    return worst(_task(task) for task in resource.block.blocks("task") or [resource.block])


def _task(task: Block) -> Verdict:
    if any(task.has(kind) for kind in _NO_CODE):
        return passed("runs no code of its own")
    return expect_between(task, "timeout_seconds", 1, _LONGEST_S)
