"""The job `<usecase>-alias-change`: notifies people of every change of the live version."""

from infra.jobs.declaration import JobContext, JobDeclaration, ModelEvent

# Equal to `ml.versions.aliases.CHAMPION`, whose import needs MLflow.
_LIVE = "champion"


def alias_change(context: JobContext) -> JobDeclaration | None:
    """The job, in environments where model events start jobs."""
    values = context.values.promotion
    if values is None or values.model_events is None:
        return None
    return JobDeclaration(
        name=context.job("alias-change"),
        stage="alias-change",
        description="Say that the live version changed; fail if no promotion or roll-back recorded it.",
        policy="cpu_single_node",
        timeout_s=context.use_case.jobs.timeout_s,
        runs_as="promotion",
        model=context.model.name,
        starts=ModelEvent(condition="MODEL_ALIAS_SET", aliases=(_LIVE,), switch=values.model_events),
        tells_success=True,
        tasks=(
            context.model_task(
                "alias_change",
                entry_point="alias_change",
                code="ml/release/alias_change.py",
                parameters={"updates": "{{job.trigger.model.updates}}"},
            ),
        ),
    )
