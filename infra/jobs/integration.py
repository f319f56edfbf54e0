"""The job `<usecase>-integration`: ingest, training and scoring in a row, on a sample."""

from infra.jobs.declaration import After, JobContext, JobDeclaration, RunJobTask, Schedule
from infra.jobs.limits import integration_s


def integration(context: JobContext) -> JobDeclaration | None:
    """The job, where the environment runs it."""
    values = context.values.integration
    if values is None:
        return None
    settings = context.use_case.jobs
    sample = (("sample_rows", str(values.sample_rows)), ("reason", "integration"))
    return JobDeclaration(
        stage="integration",
        description="Ingest, training and scoring in a row, on a sample.",
        # It waits for ingest, training, training's promotion and scoring.
        timeout_s=integration_s(context.use_case),
        starts=Schedule(cron=values.cron, timezone=settings.timezone, switch=values.schedule),
        tasks=(
            RunJobTask(key="ingest", stage="ingest"),
            RunJobTask(key="training", stage="training", parameters=sample, after=(After(task="ingest"),)),
            RunJobTask(key="scoring", stage="scoring", after=(After(task="training"),)),
        ),
    )
