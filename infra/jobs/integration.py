"""The job `<usecase>-integration`: ingest, training and scoring in a row, on a sample."""

from dataclasses import replace

from infra.jobs.declaration import After, JobContext, JobDeclaration, RunJobTask, Schedule
from infra.jobs.limits import integration_s
from ml.declarations import Model


def integration(context: JobContext) -> JobDeclaration | None:
    """The job, if the environment runs it."""
    values = context.values.integration
    if values is None:
        return None
    settings = context.use_case.jobs
    return JobDeclaration(
        name=context.shared_job("integration"),
        stage="integration",
        description="Ingest, training and scoring in a row, on a sample.",
        # It waits for ingest, training, training's promotion and scoring.
        timeout_s=integration_s(context.use_case),
        starts=Schedule(cron=values.cron, timezone=settings.timezone, switch=values.schedule),
        tasks=(
            RunJobTask(key="ingest", job=context.shared_job("ingest")),
            *(task for model in context.use_case.models for task in _of_model(context, model, values.sample_rows)),
        ),
    )


def _of_model(context: JobContext, model: Model, sample_rows: int) -> tuple[RunJobTask, RunJobTask]:
    """Training and scoring of one model. A task key has no dash; the keys of a further model end with its name."""
    jobs = replace(context, model=model)
    ending = "" if jobs.job("training") == context.shared_job("training") else f"_{model.name}"
    training, sample = f"training{ending}", (("sample_rows", str(sample_rows)), ("reason", "integration"))
    return (
        RunJobTask(key=training, job=jobs.job("training"), parameters=sample, after=(After(task="ingest"),)),
        RunJobTask(key=f"scoring{ending}", job=jobs.job("scoring"), after=(After(task=training),)),
    )
