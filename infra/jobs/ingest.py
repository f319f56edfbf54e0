"""The job `<usecase>-ingest`: raw files to bronze, silver and gold; features to the online store."""

from infra.jobs.declaration import After, FileArrival, JobContext, JobDeclaration

# Feeds arrive as several files; waiting a little turns them into one run.
_QUIET_S = 120


def ingest(context: JobContext) -> JobDeclaration | None:
    """The job, where the environment runs it."""
    values = context.values.ingest
    if values is None:
        return None
    unmasked = {"unmasked-table": context.unmasked_table}
    return JobDeclaration(
        stage="ingest",
        description="Raw files to bronze, silver and gold; features to the online store.",
        policy="cpu_autoscaling",
        timeout_s=context.use_case.jobs.timeout_s,
        starts=FileArrival(path=f"{context.landing_path}/", quiet_s=_QUIET_S, switch=values.schedule),
        tasks=(
            # First: nothing sensitive arrives before there is what hides it.
            context.wheel_task("masks", entry_point="masks", code="ml/ingest/masks.py", parameters=unmasked),
            context.wheel_task(
                "bronze", entry_point="ingest_bronze", code="ml/ingest/bronze.py", after=(After(task="masks"),)
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
        ),
    )
