"""The job `<usecase>-scoring`: the live model's predictions for new rows."""

from infra.jobs.declaration import JobContext, JobDeclaration, Schedule, parameter


def scoring(context: JobContext) -> JobDeclaration | None:
    """The job, where the environment runs it."""
    values = context.values.scoring
    if values is None:
        return None
    settings = context.use_case.jobs
    return JobDeclaration(
        name=context.job("scoring"),
        stage="scoring",
        description="Predictions of the live model for the rows that have none.",
        policy="cpu_autoscaling",
        timeout_s=settings.timeout_s,
        starts=Schedule(cron=settings.scoring_cron, timezone=settings.timezone, switch=values.schedule),
        # `forget` and `maintain` are for runs that score nothing: they remove a person's predictions, or compact them.
        parameters=(("source_catalog", context.source_catalog), ("forget", ""), ("maintain", "")),
        tasks=(
            context.model_task(
                "scoring",
                entry_point="scoring",
                code="ml/scoring/batch.py",
                parameters={
                    "source-catalog": parameter("source_catalog"),
                    "features-table": context.source_features,
                    "forget": parameter("forget"),
                    "maintain": parameter("maintain"),
                },
            ),
        ),
    )
