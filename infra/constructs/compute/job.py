"""A job with its tasks, its cluster and the service principal that it runs as."""

from dataclasses import dataclass
from typing import Any

from infra.cdktf_seam import Scope, databricks
from infra.constructs.compute.job_compute import cluster, environments, performance_target
from infra.constructs.compute.job_props import JobProps
from infra.constructs.compute.job_starts import continuous, schedule, trigger
from infra.constructs.compute.job_tasks import job_task
from infra.constructs.workspace.permissions import permissions
from infra.jobs.declaration import Continuous


@dataclass(frozen=True, kw_only=True)
class JobOutputs:
    """A reference to the job's id."""

    id: str


def job(scope: Scope, id_: str, props: JobProps) -> JobOutputs:
    """The job and who may see, run and manage it. Its runs never overlap: they queue.

    The provider reads tasks, and what each depends on, sorted by task key, and compares position by position: written
    in another order, every plan shows a change.
    """
    declared = props.declaration
    made = databricks.job.Job(
        scope,
        id_,
        name=props.name,
        description=declared.description,
        run_as=databricks.job.JobRunAs(service_principal_name=props.run_as),
        task=[job_task(task, props) for task in sorted(declared.tasks, key=lambda task: task.key)],
        job_cluster=[cluster(props.cluster, declared.least_workers)] if props.cluster else None,
        environment=environments(props),
        performance_target=performance_target(props),
        parameter=[databricks.job.JobParameter(name=name, default=default) for name, default in declared.parameters]
        or None,
        schedule=schedule(declared.starts),
        trigger=trigger(declared.starts, props.model),
        max_concurrent_runs=1,
        **_until_it_ends(props),
        # A run that is skipped or cancelled was meant to be.
        notification_settings=databricks.job.JobNotificationSettings(
            no_alert_for_skipped_runs=True, no_alert_for_canceled_runs=True
        ),
        tags=dict(props.tags),
    )
    outputs = JobOutputs(id=made.id)
    permissions(scope, f"{id_}-permissions", "job_id", outputs.id, props.permissions)
    return outputs


def _until_it_ends(props: JobProps) -> dict[str, Any]:
    """How long a run may take, and what becomes of the next one until then; of a continuous job, that it has no end."""
    declared, notify = props.declaration, list(props.notify)
    if isinstance(declared.starts, Continuous):
        return {
            "continuous": continuous(declared.starts),
            # A deployment ends the run under way, so that the next one has the new wheel.
            "control_run_state": True,
            "email_notifications": databricks.job.JobEmailNotifications(on_failure=notify),
        }
    slow = databricks.job.JobHealthRules(
        metric="RUN_DURATION_SECONDS", op="GREATER_THAN", value=declared.timeout_s // 2
    )
    return {
        "timeout_seconds": declared.timeout_s,
        "queue": databricks.job.JobQueue(enabled=True),
        "health": databricks.job.JobHealth(rules=[slow]),
        "email_notifications": databricks.job.JobEmailNotifications(
            on_failure=notify,
            on_duration_warning_threshold_exceeded=notify,
            on_success=notify if declared.tells_success else None,
        ),
    }
