"""The job `<usecase>-online`: evaluates an endpoint's requests for experiment and shadow."""

from infra.jobs.declaration import JobContext, JobDeclaration, Schedule


def online(context: JobContext) -> JobDeclaration | None:
    """The job, if the environment monitors and records requests, and the model declares an experiment or a shadow.

    It runs as monitoring, which reads the requests.
    """
    values, serving = context.values.monitoring, context.model.serving
    if values is None or serving is None or not (context.records_requests and serving.looks_at_requests):
        return None
    settings = context.use_case.jobs
    experiment = context.model_task("experiment", entry_point="experiment", code="ml/monitoring/experiment.py")
    shadow = context.model_task("shadow", entry_point="shadow", code="ml/monitoring/shadow.py")
    return JobDeclaration(
        name=context.job("online"),
        stage="online",
        description="Look at what the endpoint was asked: how an experiment stands, what the challenger answers.",
        policy="cpu_single_node",
        timeout_s=settings.timeout_s,
        runs_as="monitoring",
        starts=Schedule(cron=serving.requests_cron, timezone=settings.timezone, switch=values.schedule),
        tasks=(*((experiment,) if serving.experiment else ()), *((shadow,) if serving.shadow else ())),
    )
