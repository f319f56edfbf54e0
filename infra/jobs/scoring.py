"""The job `<usecase>-scoring`: the live model's predictions for new rows, and on to the declared sinks."""

from collections.abc import Mapping

from infra.jobs.declaration import Continuous, JobContext, JobDeclaration, Schedule, WheelTask, parameter
from ml.declarations import Model, UseCase

# For runs that score nothing: they remove a person's predictions, or compact the files of predictions.
_REQUESTS = ("forget", "maintain")


def scoring(context: JobContext) -> JobDeclaration | None:
    """The job, if the environment runs it."""
    values = context.values.scoring
    if values is None:
        return None
    settings = context.use_case.jobs
    if never_ends(context, context.model):
        return JobDeclaration(
            name=context.job("scoring"),
            stage="scoring",
            description="Predictions of the live model for the rows that have none, again and again.",
            policy="cpu_autoscaling",
            timeout_s=0,
            starts=Continuous(switch=values.schedule),
            tasks=(_task(context, {**_read(context, context.source_catalog), "every-s": _every_s(context.model)}),),
        )
    return JobDeclaration(
        name=context.job("scoring"),
        stage="scoring",
        description="Predictions of the live model for the rows that have none.",
        policy="cpu_autoscaling",
        timeout_s=settings.timeout_s,
        starts=Schedule(cron=settings.scoring_cron, timezone=settings.timezone, switch=values.schedule),
        parameters=(("source_catalog", context.source_catalog), *((name, "") for name in _REQUESTS)),
        tasks=(_task(context, {**_read(context, parameter("source_catalog")), **_asked()}),),
    )


def predictions(context: JobContext) -> JobDeclaration | None:
    """A second job for a continuous scoring, for operations that only the owner of the predictions can do."""
    if context.values.scoring is None or not never_ends(context, context.model):
        return None
    return JobDeclaration(
        name=context.job("predictions"),
        stage="predictions",
        description="Remove a person's predictions, or compact them, beside a scoring that never ends.",
        policy="cpu_single_node",
        timeout_s=context.use_case.jobs.timeout_s,
        runs_as="scoring",
        parameters=tuple((name, "") for name in _REQUESTS),
        tasks=(_task(context, {**_secrets(context), **_asked()}),),
    )


def never_ends(context: JobContext, model: Model) -> bool:
    """Whether the model's scoring is continuous. Not with an integration job, which waits for its end."""
    return bool(_every_s(model)) and context.values.integration is None


def asked_job(context: JobContext) -> str:
    """The job that maintains the predictions of all models, which are in one table: the first model's."""
    first = context.use_case.models[0]
    return context.shared_job("predictions" if never_ends(context, first) else "scoring")


def has_secret_sinks(use_case: UseCase) -> bool:
    """Whether any model has a sink with secrets, which scoring then reads."""
    return any(map(_has_secrets, use_case.models))


def _has_secrets(model: Model) -> bool:
    return any(sink.secret_keys for sink in model.sinks)


def _every_s(model: Model) -> str:
    return str(model.streaming.every_s or "") if model.streaming else ""


def _asked() -> dict[str, str]:
    return {name: parameter(name) for name in _REQUESTS}


def _read(context: JobContext, source_catalog: str) -> dict[str, str]:
    """The data that scoring reads: the features, and the secrets of sinks if there are any."""
    return {
        "source-catalog": source_catalog,
        "features-table": context.source_features,
        **_secrets(context),
    }


def _secrets(context: JobContext) -> dict[str, str]:
    """The scope of the sinks' secrets, if there are any: forgetting a person covers the sinks of all models."""
    return {"secret-scope": context.secret_scope if has_secret_sinks(context.use_case) else ""}


def _task(context: JobContext, parameters: Mapping[str, str]) -> WheelTask:
    return context.model_task("scoring", entry_point="scoring", code="ml/scoring/batch.py", parameters=parameters)
