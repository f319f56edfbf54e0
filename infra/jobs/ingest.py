"""The job `<usecase>-ingest`: new data to bronze, silver and gold; features to the online store."""

from infra.jobs.declaration import (
    After,
    Continuous,
    FileArrival,
    JobContext,
    JobDeclaration,
    PipelineTask,
    Schedule,
    WheelTask,
    parameter,
)
from infra.spec import Switch
from ml.declarations import Topic, UseCase

# A delivery has several files; waiting a little combines them into one run.
_QUIET_S = 120
_REQUESTS = ("withdraw", "forget", "trained", "restore", "reason", "by")


def ingest(context: JobContext) -> JobDeclaration | None:
    """The job, if the environment runs it."""
    values = context.values.ingest
    if values is None:
        return None
    if _never_ends(context):
        return _continuous(context, values.schedule)
    return JobDeclaration(
        name=context.shared_job("ingest"),
        stage="ingest",
        description="Raw files to bronze, silver and gold; features to the online store.",
        policy="cpu_autoscaling",
        timeout_s=context.use_case.jobs.timeout_s,
        starts=_starts(context, values.schedule),
        # For a run that withdraws a delivery, forgets a person or restores a table. Runs never overlap, so nothing
        # loads meanwhile.
        parameters=tuple((name, "") for name in _REQUESTS),
        tasks=_tasks(context),
    )


def requests(context: JobContext) -> JobDeclaration | None:
    """The job that passes requests to a continuous ingest, whose next round handles them."""
    if context.values.ingest is None or not _never_ends(context):
        return None
    return JobDeclaration(
        name=context.shared_job("requests"),
        stage="requests",
        description="Record what the continuous ingest removes or restores in its next round.",
        policy="cpu_single_node",
        timeout_s=context.use_case.jobs.timeout_s,
        runs_as="ingest",
        parameters=tuple((name, "") for name in _REQUESTS),
        tasks=(
            context.wheel_task(
                "requests",
                entry_point="ingest_requests",
                code="ml/ingest/requests.py",
                parameters={name: parameter(name) for name in _REQUESTS},
            ),
        ),
    )


def _never_ends(context: JobContext) -> bool:
    # The integration job waits for the end of ingest, so in its environment ingest is not continuous.
    return bool(context.use_case.jobs.ingest_every_s) and context.values.integration is None


def _starts(context: JobContext, switch: Switch) -> Schedule | FileArrival:
    jobs = context.use_case.jobs
    if jobs.ingest_cron:
        return Schedule(cron=jobs.ingest_cron, timezone=jobs.timezone, switch=switch)
    return FileArrival(path=f"{context.landing_path}/", quiet_s=_QUIET_S, switch=switch)


def _tasks(context: JobContext) -> tuple[WheelTask | PipelineTask, ...]:
    unmasked = {"unmasked-table": context.unmasked_table}
    return (
        # First, so that masks exist before any sensitive data arrives.
        context.wheel_task("masks", entry_point="masks", code="ml/ingest/masks.py", parameters=unmasked),
        context.wheel_task(
            "bronze",
            entry_point="ingest_bronze",
            code="ml/ingest/bronze.py",
            after=(After(task="masks"),),
            parameters={"secret-scope": _secrets(context), **{name: parameter(name) for name in _REQUESTS}},
        ),
        context.wheel_task(
            "silver", entry_point="ingest_silver", code="ml/ingest/silver.py", after=(After(task="bronze"),)
        ),
        context.wheel_task(
            "features",
            entry_point="features",
            code="ml/features/build.py",
            after=(After(task="silver"),),
            parameters=unmasked,
        ),
        context.wheel_task(
            "publish", entry_point="publish", code="ml/features/publish.py", after=(After(task="features"),)
        ),
        # It creates its tables from bronze, like the parallel tasks.
        *((PipelineTask(key="pipeline", after=(After(task="bronze"),)),) if context.has_pipeline else ()),
    )


def _continuous(context: JobContext, switch: Switch) -> JobDeclaration:
    """The same stages as rounds of one task: Databricks allows no dependencies between tasks of a continuous job."""
    parameters = {
        "unmasked-table": context.unmasked_table,
        "secret-scope": _secrets(context),
        "every-s": str(context.use_case.jobs.ingest_every_s),
    }
    task = context.wheel_task(
        "continuous", entry_point="ingest_continuous", code="ml/continuous.py", parameters=parameters
    )
    return JobDeclaration(
        name=context.shared_job("ingest"),
        stage="ingest",
        description="What arrives to bronze, silver and gold, and features to the online store, again and again.",
        policy="cpu_autoscaling",
        timeout_s=0,
        starts=Continuous(switch=switch),
        tasks=(task,),
    )


def _secrets(context: JobContext) -> str:
    """The scope with the secrets of topics, if any feed is a topic."""
    return context.secret_scope if reads_topics(context.use_case) else ""


def reads_topics(use_case: UseCase) -> bool:
    """Whether any feed is a topic, whose secrets ingest then reads."""
    return any(isinstance(feed.source, Topic) for feed in use_case.feeds)
