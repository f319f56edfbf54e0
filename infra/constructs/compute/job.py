"""A job with its tasks, its cluster and the service principal that it runs as."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infra.cdktf_seam import Resource, Scope, Token, databricks
from infra.constructs.compute.cluster_policy import SINGLE_NODE_CONF, SINGLE_NODE_TAGS
from infra.constructs.workspace.permissions import Permission, permissions
from infra.jobs.declaration import (
    ConditionTask,
    Continuous,
    FileArrival,
    ForEachTask,
    JobDeclaration,
    ModelEvent,
    PowerBiTask,
    RunJobTask,
    Schedule,
    Task,
    WheelTask,
)
from infra.names import WHEEL_PACKAGE
from infra.spec import Autoscaling, CpuPolicy, GpuPolicy, Switch

_CLUSTER_KEY = "main"
_ENVIRONMENT_KEY = "main"
_RETRY_INTERVAL_MS = 10_000


@dataclass(frozen=True, kw_only=True)
class ClusterProps:
    """A job's cluster: the policy that it obeys (a reference to its id) and that policy's limits."""

    policy_id: str
    limits: CpuPolicy | GpuPolicy


@dataclass(frozen=True, kw_only=True)
class JobProps:
    """`run_as` is an application id; `job_ids` are references to the jobs that its tasks start, by name;
    `libraries` are the paths of the wheels that travel with the jobs' own, in the order in which they are installed;
    `environment_version` is that of serverless compute; `notify` are e-mail addresses;
    `model` is a reference to the registered model whose events start it,
    `warehouse_id` one to the warehouse that Power BI asks."""

    name: str
    declaration: JobDeclaration
    run_as: str
    wheel_path: str
    libraries: tuple[str, ...] = ()
    environment_version: str | None = None
    max_retries: int
    cluster: ClusterProps | None
    job_ids: Mapping[str, str]
    tags: Mapping[str, str]
    notify: tuple[str, ...]
    permissions: tuple[Permission, ...]
    model: str = ""
    warehouse_id: str = ""


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
        task=[_task(task, props) for task in sorted(declared.tasks, key=lambda task: task.key)],
        job_cluster=[_cluster(props.cluster, declared.least_workers)] if props.cluster else None,
        environment=_environments(props),
        performance_target=_performance_target(props),
        parameter=[databricks.job.JobParameter(name=name, default=default) for name, default in declared.parameters]
        or None,
        schedule=_schedule(declared.starts) if isinstance(declared.starts, Schedule) else None,
        trigger=_trigger(declared.starts, props.model),
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
            "continuous": databricks.job.JobContinuous(pause_status=_pause_status(declared.starts.switch)),
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


def _task(task: Task, props: JobProps) -> Resource:
    after = [
        databricks.job.JobTaskDependsOn(task_key=other.task, outcome=other.outcome)
        for other in sorted(task.after, key=lambda other: other.task)
    ] or None
    if isinstance(task, WheelTask):
        return databricks.job.JobTask(
            task_key=task.key,
            # The file whose `main` runs: a reader of the job finds the code without knowing the wheel.
            description=task.code,
            depends_on=after,
            **_place(props),
            python_wheel_task=databricks.job.JobTaskPythonWheelTask(
                package_name=WHEEL_PACKAGE, entry_point=task.entry_point, parameters=list(task.parameters)
            ),
            **_retries(props),
        )
    if isinstance(task, RunJobTask):
        run = databricks.job.JobTaskRunJobTask(
            job_id=Token.as_number(props.job_ids[task.job]), job_parameters=dict(task.parameters) or None
        )
        return databricks.job.JobTask(task_key=task.key, depends_on=after, run_job_task=run)
    if isinstance(task, ForEachTask):
        return databricks.job.JobTask(task_key=task.key, depends_on=after, for_each_task=_for_each(task, props))
    if isinstance(task, PowerBiTask):
        return databricks.job.JobTask(task_key=task.key, depends_on=after, power_bi_task=_power_bi(task, props))
    return databricks.job.JobTask(task_key=task.key, depends_on=after, condition_task=_condition(task))


def _for_each(task: ForEachTask, props: JobProps) -> Resource:
    run = databricks.job.JobTaskForEachTaskTaskRunJobTask(
        job_id=Token.as_number(props.job_ids[task.each.job]), job_parameters=dict(task.each.parameters) or None
    )
    each = databricks.job.JobTaskForEachTaskTask(task_key=task.each.key, run_job_task=run)
    return databricks.job.JobTaskForEachTask(inputs=task.inputs, task=each)


def _power_bi(task: PowerBiTask, props: JobProps) -> Resource:
    """Rows are asked for as they are shown, as whoever looks, so that rights and masks hold in Power BI too."""
    model = databricks.job.JobTaskPowerBiTaskPowerBiModel(
        workspace_name=task.workspace,
        model_name=task.model,
        storage_mode="DIRECT_QUERY",
        authentication_method="OAUTH",
        overwrite_existing=True,
    )
    tables = [
        databricks.job.JobTaskPowerBiTaskTables(
            catalog=task.catalog, schema=schema, name=name, storage_mode="DIRECT_QUERY"
        )
        for schema, name in task.tables
    ]
    return databricks.job.JobTaskPowerBiTask(
        connection_resource_name=task.connection, warehouse_id=props.warehouse_id, power_bi_model=model, tables=tables
    )


def _retries(props: JobProps) -> dict[str, Any]:
    """When a task is tried again; Databricks decides that of a continuous job, and refuses what the job says."""
    if isinstance(props.declaration.starts, Continuous):
        return {}
    return {
        "max_retries": props.max_retries,
        "min_retry_interval_millis": _RETRY_INTERVAL_MS,
        # A task that took too long once takes too long again.
        "retry_on_timeout": False,
        "timeout_seconds": props.declaration.timeout_s,
    }


def _place(props: JobProps) -> dict[str, Resource]:
    """What a wheel task runs on: the job's cluster with the wheels, or its serverless environment, which has them."""
    if props.environment_version:
        # Serverless compute tries failed tasks again by itself, beyond what the use case declares.
        return {"environment_key": _ENVIRONMENT_KEY, "disable_auto_optimization": True}
    wheels = (*props.libraries, props.wheel_path)
    return {
        "job_cluster_key": _CLUSTER_KEY,
        "library": [databricks.job.JobTaskLibrary(whl=path) for path in wheels],
    }


def _environments(props: JobProps) -> list[Resource] | None:
    if props.environment_version is None:
        return None
    spec = databricks.job.JobEnvironmentSpec(
        environment_version=props.environment_version, dependencies=[*props.libraries, props.wheel_path]
    )
    return [databricks.job.JobEnvironment(environment_key=_ENVIRONMENT_KEY, spec=spec)]


def _performance_target(props: JobProps) -> str | None:
    """Of serverless compute: nobody waits for a job that starts by itself, so it may start minutes later for less."""
    if props.environment_version is None:
        return None
    return "STANDARD" if props.declaration.starts else "PERFORMANCE_OPTIMIZED"


def _condition(task: ConditionTask) -> Resource:
    return databricks.job.JobTaskConditionTask(op=task.operator, left=task.left, right=task.right)


def _cluster(props: ClusterProps, least_workers: int) -> Resource:
    limits = props.limits
    size = (
        {
            "autoscale": databricks.job.JobJobClusterNewClusterAutoscale(
                min_workers=least_workers, max_workers=limits.size.max_workers
            )
        }
        if isinstance(limits.size, Autoscaling)
        else {"num_workers": 0, "spark_conf": SINGLE_NODE_CONF, "custom_tags": SINGLE_NODE_TAGS}
    )
    cluster = databricks.job.JobJobClusterNewCluster(
        policy_id=props.policy_id,
        spark_version=limits.runtime,
        node_type_id=limits.node_types[0],
        data_security_mode="SINGLE_USER",
        **size,
    )
    return databricks.job.JobJobCluster(job_cluster_key=_CLUSTER_KEY, new_cluster=cluster)


def _pause_status(switch: Switch) -> str:
    return "UNPAUSED" if switch is Switch.ACTIVE else "PAUSED"


def _schedule(schedule: Schedule) -> Resource:
    return databricks.job.JobSchedule(
        quartz_cron_expression=schedule.cron,
        timezone_id=schedule.timezone,
        pause_status=_pause_status(schedule.switch),
    )


def _trigger(starts: Schedule | FileArrival | Continuous | ModelEvent | None, model: str) -> Resource | None:
    if isinstance(starts, FileArrival):
        waits = databricks.job.JobTriggerFileArrival(url=starts.path, wait_after_last_change_seconds=starts.quiet_s)
        return databricks.job.JobTrigger(file_arrival=waits, pause_status=_pause_status(starts.switch))
    if isinstance(starts, ModelEvent):
        watched = databricks.job.JobTriggerModel(
            condition=starts.condition, securable_name=model, aliases=list(starts.aliases) or None
        )
        return databricks.job.JobTrigger(model=watched, pause_status=_pause_status(starts.switch))
    return None
