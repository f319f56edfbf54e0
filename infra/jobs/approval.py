"""The job `<usecase>-approval`: a named person signs a model version off."""

from infra.jobs.declaration import JobContext, JobDeclaration, parameter


def approval(context: JobContext) -> JobDeclaration | None:
    """The job, wherever there are promotions to sign off."""
    if context.values.promotion is None:
        return None
    return JobDeclaration(
        name=context.job("approval"),
        stage="approval",
        description="Record that a named person signs a model version off.",
        policy="cpu_single_node",
        timeout_s=context.use_case.jobs.timeout_s,
        # Whose records the sign-off gate believes.
        runs_as="promotion",
        started_by="approval",
        parameters=(("version", ""), ("by", "")),
        tasks=(
            context.model_task(
                "approval",
                entry_point="approval",
                code="ml/gates/approval.py",
                parameters={"version": parameter("version"), "by": parameter("by")},
            ),
        ),
    )
