"""The job `<usecase>-mirror`: redacted gold, for environments that must not read personal data."""

from infra import names
from infra.jobs.declaration import JobContext, JobDeclaration, Schedule


def mirror(context: JobContext) -> JobDeclaration | None:
    """The job, if the environment has a secret to hash keys with."""
    values = context.values.ingest
    if values is None or not context.mirror_key:
        return None
    settings = context.use_case.jobs
    parameters = {"mirror-catalog": names.mirror_catalog(context.catalog), "key": context.mirror_key}
    return JobDeclaration(
        name=context.shared_job("mirror"),
        stage="mirror",
        description="Gold tables without persons, for the environments that develop with them.",
        policy="cpu_single_node",
        timeout_s=settings.timeout_s,
        # It sees sensitive columns, and so can leave them out.
        runs_as="ingest",
        # Before training, which may read the mirror from elsewhere.
        starts=Schedule(cron=settings.maintenance_cron, timezone=settings.timezone, switch=values.schedule),
        tasks=(
            context.wheel_task("mirror", entry_point="mirror", code="ml/features/mirror.py", parameters=parameters),
        ),
    )
