"""The provider reads a job's tasks sorted, and compares them by position with the configuration."""

from ..engine.api import Block, Expression, Resource, Severity, Verdict, failed, passed, rule, unknown, worst


@rule(
    "CKV_MLOPS_80",
    Severity.LOW,
    "databricks_job",
    rationale="In another order every plan shows a change of the job, which hides the changes that matter.",
    fix="Write `task` blocks, and the `depends_on` blocks of each, in alphabetical order of `task_key`.",
    control="Databricks provider: documentation of databricks_job, order of tasks",
)
def tasks_are_in_order(resource: Resource) -> Verdict:
    """Tasks of a job, and what each depends on, are sorted by task key."""
    tasks = resource.block.blocks("task")
    inner = [(task, task.blocks("depends_on")) for task in tasks]
    return worst((_sorted("task", tasks), *(_sorted(_place(task), after) for task, after in inner if after)))


def _place(task: Block) -> str:
    return f"depends_on of task {task.value('task_key')}"


def _sorted(what: str, blocks: list[Block]) -> Verdict:
    if len(blocks) < 2:
        return passed()
    keys = [block.value("task_key") for block in blocks]
    if any(key is None or isinstance(key, Expression) for key in keys):
        return unknown(f"{what}: a task_key is computed")
    given = [str(key) for key in keys]
    wanted = ", ".join(sorted(given))
    return passed() if given == sorted(given) else failed(f"{what} is in order {', '.join(given)}; allowed: {wanted}")
