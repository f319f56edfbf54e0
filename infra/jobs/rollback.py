"""The job `<usecase>-rollback`: makes an earlier version live again, endpoint included."""

from infra.jobs.declaration import JobContext, JobDeclaration, parameter
from infra.jobs.limits import release_s


def rollback(context: JobContext) -> JobDeclaration | None:
    """The job, in environments with promotions to undo."""
    if context.values.promotion is None:
        return None
    return JobDeclaration(
        name=context.job("rollback"),
        stage="rollback",
        description="Make an earlier version champion again, on the endpoint too.",
        policy="cpu_single_node",
        timeout_s=release_s(context.use_case, context.model),
        # Only the model's owner may move its aliases.
        runs_as="promotion",
        # Without a version it returns to @previous, without a part the whole model does. The person and the reason have
        # no default: they are recorded.
        parameters=(("to_version", ""), ("part", ""), ("reason", ""), ("by", "")),
        tasks=(
            context.model_task(
                "rollback",
                entry_point="rollback",
                code="ml/release/rollback.py",
                parameters={
                    "to-version": parameter("to_version"),
                    "part": parameter("part"),
                    "reason": parameter("reason"),
                    "by": parameter("by"),
                    **context.places_parameter,
                },
            ),
        ),
    )
