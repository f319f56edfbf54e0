"""A job with its tasks, its cluster and its service principal."""

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
    """The job and its permissions. Its runs never overlap: they queue.

    The provider reads tasks and their dependencies sorted by task key, and compares by position: in another order,
    every plan would show a change.
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
        # A skipped or cancelled run was intended.
        notification_settings=databricks.job.JobNotificationSettings(
            no_alert_for_skipped_runs=True, no_alert_for_canceled_runs=True
        ),
        tags=dict(props.tags),
    )
    outputs = JobOutputs(id=made.id)
    permissions(scope, f"{id_}-permissions", "job_id", outputs.id, props.permissions)
    return outputs


def _until_it_ends(props: JobProps) -> dict[str, Any]:
    """A run's time limit and the queue for the next run; for a continuous job, no limit."""
    declared, notify = props.declaration, list(props.notify)
    if isinstance(declared.starts, Continuous):
        return {
            "continuous": continuous(declared.starts),
            # A deployment ends the running run, so that the next one has the new wheel.
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
