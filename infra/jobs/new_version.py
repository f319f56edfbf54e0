"""The job `<usecase>-new-version`: runs the gates for a version that did not come from a training run."""

from infra.jobs.declaration import (
    After,
    ConditionTask,
    ForEachTask,
    JobContext,
    JobDeclaration,
    ModelEvent,
    RunJobTask,
    parameter,
)
from infra.jobs.limits import new_version_s

_VERSIONS = "{{tasks.new_version.values.versions}}"


def new_version(context: JobContext) -> JobDeclaration | None:
    """The job, in environments where model events start jobs."""
    values = context.values.promotion
    if values is None or values.model_events is None:
        return None
    judged = RunJobTask(key="promotion", job=context.job("promotion"), parameters=(("version", "{{input}}"),))
    return JobDeclaration(
        name=context.job("new-version"),
        stage="new-version",
        description="Start the gates of a new model version, unless its training or an earlier run does.",
        policy="cpu_single_node",
        timeout_s=new_version_s(context.use_case, context.model),
        # The model's owner, who links this job as the model's deployment job.
        runs_as="promotion",
        model=context.model.name,
        starts=ModelEvent(condition="MODEL_VERSION_READY", switch=values.model_events),
        deploys=True,
        looks_at=(context.job("training"), context.job("training-gpu")),
        # The parameters with which Unity Catalog starts a deployment job.
        parameters=(("model_name", ""), ("model_version", "")),
        tasks=(
            context.model_task(
                "new_version",
                entry_point="new_version",
                code="ml/gates/new_version.py",
                parameters={
                    "updates": "{{job.trigger.model.updates}}",
                    "model-version": parameter("model_version"),
                    "job-id": "{{job.id}}",
                },
            ),
            ConditionTask(
                key="waits", left=_VERSIONS, operator="NOT_EQUAL", right="[]", after=(After(task="new_version"),)
            ),
            ForEachTask(key="gates", inputs=_VERSIONS, each=judged, after=(After(task="waits", outcome="true"),)),
        ),
    )
