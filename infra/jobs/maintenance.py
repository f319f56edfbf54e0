"""The job `<usecase>-maintenance`: optimizes tables, and deletes history beyond the declared and the needed."""

from infra.jobs.declaration import After, JobContext, JobDeclaration, RunJobTask, Schedule
from infra.jobs.scoring import asked_job


def maintenance(context: JobContext) -> JobDeclaration | None:
    """The job, in environments with tables of ingest."""
    values = context.values.ingest
    if values is None:
        return None
    settings = context.use_case.jobs
    # Only a table's owner may maintain it: predictions are scoring's.
    predictions = RunJobTask(
        key="predictions",
        job=asked_job(context),
        parameters=(("maintain", "yes"),),
        after=(After(task="maintenance"),),
    )
    return JobDeclaration(
        name=context.shared_job("maintenance"),
        stage="maintenance",
        description="Compact tables, and remove versions older than is declared or needed.",
        policy="cpu_single_node",
        # Its own time, and that of scoring.
        timeout_s=2 * settings.timeout_s,
        runs_as="ingest",
        starts=Schedule(cron=settings.maintenance_cron, timezone=settings.timezone, switch=values.schedule),
        tasks=(
            context.wheel_task(
                "maintenance",
                entry_point="maintenance",
                code="ml/maintenance/job.py",
                parameters={"unmasked-table": context.unmasked_table},
            ),
            *((predictions,) if context.values.scoring else ()),
        ),
    )
