"""The job `<usecase>-promotion`: a model version through its gates, live and served if all pass."""

from infra.jobs.declaration import After, ConditionTask, JobContext, JobDeclaration, WheelTask, parameter
from infra.jobs.limits import release_s

# Gates that judge a version on its own, in parallel.
_GATES = ("compliance", "comparison", "infrastructure")
_VERSION = {"version": parameter("version")}
_DATA_AND_VERSION = {"source-catalog": parameter("source_catalog")} | _VERSION


def _gate(context: JobContext, name: str) -> WheelTask:
    return context.model_task(
        name, entry_point=f"gates_{name}", code=f"ml/gates/{name}.py", parameters=_DATA_AND_VERSION
    )


def _trial(context: JobContext) -> tuple[WheelTask, ...]:
    """The version answers a share of requests while it waits for sign-off, if the model declares the share."""
    serving = context.model.serving
    if serving is None or not serving.challenger_percent:
        return ()
    task = context.model_task(
        "trial",
        entry_point="trial",
        code="ml/release/trial.py",
        parameters=_VERSION,
        after=(After(task="approved", outcome="false"),),
    )
    return (task,)


def _experiment(context: JobContext) -> dict[str, str]:
    """Requires that a version won its experiment, if there is an endpoint for it and the model declares one."""
    serving = context.model.serving
    return {"experiment": "won" if context.records_requests and serving and serving.experiment else ""}


def _release(context: JobContext) -> tuple[WheelTask, ...]:
    """The version goes live, and then the endpoint serves it."""
    promoted = context.model_task(
        "promotion",
        entry_point="promotion",
        code="ml/release/promote.py",
        parameters=_VERSION,
        after=(After(task="approved", outcome="true"),),
    )
    served = context.model_task(
        "serving",
        entry_point="serving",
        code="ml/release/deploy.py",
        parameters={**_VERSION, **context.places_parameter},
        after=(After(task="promotion"),),
    )
    return promoted, served


def promotion(context: JobContext) -> JobDeclaration | None:
    """The job, if the environment runs it."""
    if context.values.promotion is None:
        return None
    return JobDeclaration(
        name=context.job("promotion"),
        stage="promotion",
        description="Put a model version through its gates; make it champion if all pass.",
        policy="cpu_single_node",
        timeout_s=release_s(context.use_case, context.model),
        # No default version: a run must say which one it judges.
        parameters=(("version", ""), ("source_catalog", context.source_catalog)),
        tasks=(
            *(_gate(context, gate) for gate in _GATES),
            context.model_task(
                "sign_off",
                entry_point="gates_sign_off",
                code="ml/gates/sign_off.py",
                parameters={**_VERSION, **_experiment(context)},
                after=tuple(After(task=gate) for gate in _GATES),
            ),
            ConditionTask(
                key="approved",
                left="{{tasks.sign_off.values.verdict}}",
                right="pass",
                after=(After(task="sign_off"),),
            ),
            *_trial(context),
            *_release(context),
        ),
    )
