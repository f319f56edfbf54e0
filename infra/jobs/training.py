"""The job `<usecase>-training`: a model version from gold tables, then the promotion job for it."""

from infra.jobs.declaration import After, JobContext, JobDeclaration, RunJobTask, Schedule, WheelTask, parameter
from infra.jobs.limits import training_s
from ml.declarations import Algorithm


def training(context: JobContext) -> JobDeclaration | None:
    """The job, if the environment runs it."""
    values = context.values.training
    if values is None:
        return None
    settings = context.use_case.jobs
    # Processes that fit together all start at once, so the cluster begins with a worker for each.
    joined = values.processes if Algorithm.SPARK_NETWORK in context.model.algorithms else 1
    return JobDeclaration(
        name=context.job("training"),
        stage="training",
        description="Train a model version, then run the promotion job for it.",
        # On one node a library has all of its memory and cores; distributed learners use workers.
        policy="cpu_autoscaling" if context.model.trains_on_workers else "cpu_single_node",
        least_workers=joined,
        # Its own time and that of the promotion job, which it waits for.
        timeout_s=training_s(context.use_case, context.model),
        starts=Schedule(cron=settings.training_cron, timezone=settings.timezone, switch=values.schedule),
        parameters=(
            ("sample_rows", "0"),
            ("reason", "manual"),
            ("cause", "manual"),
            ("source_catalog", context.source_catalog),
            ("holdout_start", ""),
        ),
        tasks=(
            _train(context, joined),
            RunJobTask(
                key="promotion",
                job=context.job("promotion"),
                parameters=(
                    ("version", "{{tasks.training.values.model_version}}"),
                    ("source_catalog", parameter("source_catalog")),
                ),
                after=(After(task="training"),),
            ),
        ),
    )


def _train(context: JobContext, processes: int) -> WheelTask:
    return context.model_task(
        "training",
        entry_point="training",
        code="ml/training/train.py",
        parameters={
            "source-catalog": parameter("source_catalog"),
            "git-commit": context.git_commit,
            "sample-rows": parameter("sample_rows"),
            "reason": parameter("reason"),
            "cause": parameter("cause"),
            # Distinguishes a scheduled training from a manual one: other rules decide whether it goes live.
            "trigger": "{{job.trigger.type}}",
            "holdout-start": parameter("holdout_start"),
            "processes": str(processes) if processes > 1 else "",
            "package-index": context.package_index,
        },
    )
