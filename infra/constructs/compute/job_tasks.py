"""The tasks of a job, by kind."""

from typing import Any

from infra.cdktf_seam import Resource, Token, databricks
from infra.constructs.compute.job_compute import place
from infra.constructs.compute.job_props import JobProps
from infra.jobs.declaration import (
    ConditionTask,
    Continuous,
    ForEachTask,
    PipelineTask,
    PowerBiTask,
    RunJobTask,
    Task,
    WheelTask,
)
from infra.names import WHEEL_PACKAGE

_RETRY_INTERVAL_MS = 10_000


def job_task(task: Task, props: JobProps) -> Resource:
    """One task, with its dependencies."""
    after = [
        databricks.job.JobTaskDependsOn(task_key=other.task, outcome=other.outcome)
        for other in sorted(task.after, key=lambda other: other.task)
    ] or None
    if isinstance(task, WheelTask):
        return databricks.job.JobTask(
            task_key=task.key,
            # The file with `main`: a reader of the job finds the code without knowing the wheel.
            description=task.code,
            depends_on=after,
            **place(props),
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
    if isinstance(task, PipelineTask):
        updated = databricks.job.JobTaskPipelineTask(pipeline_id=props.pipeline_id)
        return databricks.job.JobTask(task_key=task.key, depends_on=after, pipeline_task=updated)
    return databricks.job.JobTask(task_key=task.key, depends_on=after, condition_task=_condition(task))


def _for_each(task: ForEachTask, props: JobProps) -> Resource:
    run = databricks.job.JobTaskForEachTaskTaskRunJobTask(
        job_id=Token.as_number(props.job_ids[task.each.job]), job_parameters=dict(task.each.parameters) or None
    )
    each = databricks.job.JobTaskForEachTaskTask(task_key=task.each.key, run_job_task=run)
    return databricks.job.JobTaskForEachTask(inputs=task.inputs, task=each)


def _power_bi(task: PowerBiTask, props: JobProps) -> Resource:
    """DirectQuery with the viewer's identity, so that rights and masks also apply in Power BI."""
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
    """When a task is retried; Databricks decides that for a continuous job, and refuses a setting."""
    if isinstance(props.declaration.starts, Continuous):
        return {}
    return {
        "max_retries": props.max_retries,
        "min_retry_interval_millis": _RETRY_INTERVAL_MS,
        # A task that took too long once would take too long again.
        "retry_on_timeout": False,
        "timeout_seconds": props.declaration.timeout_s,
    }


def _condition(task: ConditionTask) -> Resource:
    return databricks.job.JobTaskConditionTask(op=task.operator, left=task.left, right=task.right)
