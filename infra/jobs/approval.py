"""The job `<usecase>-approval`: a named person signs off a model version."""

from infra.jobs.declaration import JobContext, JobDeclaration, parameter


def approval(context: JobContext) -> JobDeclaration | None:
    """The job, in environments with promotions to sign off."""
    if context.values.promotion is None:
        return None
    return JobDeclaration(
        name=context.job("approval"),
        stage="approval",
        description="Record that a named person signs a model version off.",
        policy="cpu_single_node",
        timeout_s=context.use_case.jobs.timeout_s,
        # The sign-off gate trusts this principal's records.
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
