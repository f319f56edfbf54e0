"""A run's parameters are visible to everyone who can view the run."""

from ..engine.api import Block, Resource, Severity, Verdict, rule, worst
from ..engine.secrets_in_settings import no_literal_secret, no_literal_secret_among, no_literal_secret_at

# The attributes of a task's parameters: named ones and lists.
_MAPS = (
    "notebook_task.base_parameters",
    "python_wheel_task.named_parameters",
    "run_job_task.job_parameters",
    "sql_task.parameters",
)
_LISTS = ("python_wheel_task", "spark_jar_task", "spark_python_task", "spark_submit_task")


@rule(
    "CKV_MLOPS_85",
    Severity.CRITICAL,
    "databricks_job",
    rationale="A token or password in a parameter is visible in the code, the state and every run's page.",
    fix="Write `{{secrets/<scope>/<key>}}` into the cluster, or read it from a secret scope in the code.",
    control="Microsoft cloud security benchmark IM-8",
)
def parameters_hold_no_secret(resource: Resource) -> Verdict:
    """Parameters of jobs hold no password, no key and no token."""
    inner = resource.block.blocks("task.for_each_task.task")
    tasks = [resource.block, *resource.block.blocks("task"), *inner]
    return worst([_of_job(resource.block), *map(_of_task, tasks)])


def _of_job(job: Block) -> Verdict:
    named = {
        str(one.value("name")): value for one in job.blocks("parameter") if (value := one.value("default")) is not None
    }
    return no_literal_secret("parameter", named)


def _of_task(task: Block) -> Verdict:
    rows = (no_literal_secret_among(f"parameters {name}", task.values(f"{name}.parameters")) for name in _LISTS)
    return worst([*rows, *(no_literal_secret_at(task, path) for path in _MAPS)])
