"""The job `<usecase>-alerts`: a person acknowledges, snoozes or resolves an alert."""

from infra.jobs.declaration import JobContext, JobDeclaration, parameter

_PARAMETERS = ("key", "action", "by", "reason", "periods", "until")


def alerts(context: JobContext) -> JobDeclaration | None:
    """The job, in environments whose monitoring raises alerts."""
    if context.values.monitoring is None:
        return None
    return JobDeclaration(
        name=context.job("alerts"),
        stage="alerts",
        description="Record that a person acknowledges, snoozes or resolves an alert.",
        policy="cpu_single_node",
        timeout_s=context.use_case.jobs.timeout_s,
        # The principal that raises alerts keeps the record of them.
        runs_as="monitoring",
        started_by="alert_actions",
        # The first four are required, though a job parameter must have a default: the task refuses empty ones.
        parameters=tuple((name, "0" if name == "periods" else "") for name in _PARAMETERS),
        tasks=(
            context.model_task(
                "alert_action",
                entry_point="alert_action",
                code="ml/monitoring/alert_action.py",
                parameters={name: parameter(name) for name in _PARAMETERS},
            ),
        ),
    )
