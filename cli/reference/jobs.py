"""Every job of every environment, with its tasks and the files that they run."""

from collections.abc import Iterator

from cli.reference.markdown import table
from infra import names
from infra.jobs.declaration import (
    FileArrival,
    ForEachTask,
    JobDeclaration,
    ModelEvent,
    PipelineTask,
    PowerBiTask,
    RunJobTask,
    Schedule,
    Task,
    WheelTask,
)
from infra.jobs.declared import declared_jobs
from infra.main import JOBS
from infra.spec import Environment, Spec


def page(spec: Spec) -> str:
    """One part per environment."""
    return "\n".join(["# Jobs\n", *(part for each in spec.environments for part in _environment(spec, each))])


def _environment(spec: Spec, environment: Environment) -> Iterator[str]:
    yield f"## {environment.name}\n"
    for use_case in environment.use_cases:
        for job in declared_jobs(spec, environment, use_case, "the deployed commit", JOBS):
            yield f"### {job.name} ({environment.name})\n"
            principal = names.principal(environment.name, use_case, job.principal)
            limit = f"{job.timeout_s // 60} minutes at most" if job.timeout_s else "without an end"
            yield f"{job.description} Runs as `{principal}`, {limit}; {_starts(job)}.\n"
            yield table(("task", "after", "runs"), ((f"`{task.key}`", _after(task), _runs(task)) for task in job.tasks))


def _starts(job: JobDeclaration) -> str:
    starts = job.starts
    if starts is None:
        return "started by hand, or by another job"
    if isinstance(starts, Schedule):
        return f"`{starts.cron}` in {starts.timezone}, {starts.switch}"
    if isinstance(starts, FileArrival):
        return f"when files arrive in `{starts.path}`, {starts.switch}"
    if isinstance(starts, ModelEvent):
        what = "is ready" if starts.condition == "MODEL_VERSION_READY" else f"becomes @{', @'.join(starts.aliases)}"
        return f"when a version of `{job.model}` {what}, {starts.switch}"
    return f"continuously, {starts.switch}"


def _after(task: Task) -> str:
    return ", ".join(f"`{each.task}`" + (f" is {each.outcome}" if each.outcome else "") for each in task.after)


def _runs(task: Task) -> str:
    if isinstance(task, WheelTask):
        return f"`{task.code}`"
    if isinstance(task, RunJobTask):
        return f"the job `{task.job}`"
    if isinstance(task, ForEachTask):
        return f"the job `{task.each.job}`, for each of `{task.inputs}`"
    if isinstance(task, PowerBiTask):
        return f"publishes {len(task.tables)} tables to Power BI"
    if isinstance(task, PipelineTask):
        return "the use case's declarative pipeline"
    return f"`{task.left} {task.operator} {task.right}`"
