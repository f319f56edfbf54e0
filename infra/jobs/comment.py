"""The job `<usecase>-comment`: a person comments on a model version."""

from infra.jobs.declaration import JobContext, JobDeclaration, parameter

_PARAMETERS = ("version", "by", "comment")


def comment(context: JobContext) -> JobDeclaration | None:
    """The job, in environments where versions are judged."""
    if context.values.promotion is None:
        return None
    return JobDeclaration(
        name=context.job("comment"),
        stage="comment",
        description="Record what a person says about a model version.",
        policy="cpu_single_node",
        timeout_s=context.use_case.jobs.timeout_s,
        # The principal that keeps the other records of versions.
        runs_as="promotion",
        started_by="comments",
        parameters=tuple((name, "") for name in _PARAMETERS),
        tasks=(
            context.model_task(
                "comment",
                entry_point="comment",
                code="ml/gates/comment.py",
                parameters={name: parameter(name) for name in _PARAMETERS},
            ),
        ),
    )
