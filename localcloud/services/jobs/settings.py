"""Validation of a job's settings when it is created. Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from localcloud.services.jobs import continuous, fields, graph
from localcloud.services.jobs.conditions import OPERATORS
from localcloud.services.jobs.references import references
from localcloud.services.jobs.triggers import file_arrival, model_update
from localcloud.services.unity.model_events import ALIAS_SET, CONDITIONS
from schedules import ScheduleError, next_fire

# The kinds of task that the local cloud executes. Others are refused rather than pretended.
_SCRIPTS = ("notebook_task", "spark_python_task")
EXECUTED = ("python_wheel_task", *_SCRIPTS, "condition_task", "run_job_task", "for_each_task", "pipeline_task")
_REFUSED = (
    "spark_jar_task",
    "spark_submit_task",
    "sql_task",
    "dbt_task",
    "clean_rooms_notebook_task",
    "dashboard_task",
    "power_bi_task",
    "ai_runtime_task",
    "alert_task",
    "dbt_cloud_task",
    "dbt_platform_task",
    "gen_ai_compute_task",
    "python_operator_task",
)
# What a job and a task may say. All else is refused, so that no field is dropped without a word.
_SETTINGS = frozenset(
    {"name", "description", "tasks", "parameters", "job_clusters", "environments", "max_concurrent_runs", "queue"}
    | {"schedule", "trigger", "continuous", "timeout_seconds", "run_as", "tags", "health", "performance_target"}
    | {"email_notifications", "webhook_notifications", "notification_settings", "budget_policy_id", "usage_policy_id"}
    | {"deployment", "edit_mode", "format", "parent_path"}
)
_TASK = frozenset(
    {"task_key", "depends_on", "run_if", "description", "disabled", "libraries", "environment_key", "timeout_seconds"}
    | {"job_cluster_key", "new_cluster", "existing_cluster_id", "max_retries", "min_retry_interval_millis"}
    | {"retry_on_timeout", "disable_auto_optimization", "health"}
    | {"email_notifications", "webhook_notifications", "notification_settings"}
)
# Of a trigger that waits, with the least that Databricks takes.
_WAITS = ("min_time_between_triggers_seconds", "wait_after_last_change_seconds")
_LEAST_WAIT_S = 60
_MOST_ALIASES = 10
_MOST_RUNS = 1000
# What puts a task on a cluster, with its policy, its Spark settings and its init scripts; serverless compute has none.
_CLUSTERS = ("job_cluster_key", "new_cluster", "existing_cluster_id")
_ENVIRONMENT = frozenset({"client", "dependencies", "environment_version"})
_PERFORMANCE = ("PERFORMANCE_OPTIMIZED", "STANDARD")


def problems(settings: Mapping[str, Any]) -> list[str]:
    """All problems of `settings`; empty if a job can be created from them."""
    tasks = settings.get("tasks") or []
    # What has another shape cannot be looked at further.
    if shapeless := list(fields.problems(settings)):
        return shapeless
    found = [f"setting {name!r} is not understood" for name in _unknown(settings, _SETTINGS)]
    found += graph.problems(tasks)
    found += [problem for task in tasks for problem in _task_problems(task, settings)]
    found += [*_schedule_problems(settings), *_trigger_problems(settings), *_serverless_problems(settings)]
    found += continuous.problems(settings)
    names = [parameter.get("name") for parameter in settings.get("parameters") or []]
    found += [f"job parameter {name!r} is declared twice: remove one" for name in sorted(_doubles(names))]
    limit = settings.get("max_concurrent_runs")
    if limit is not None and (type(limit) is not int or not 0 <= limit <= _MOST_RUNS):
        found.append(f"max_concurrent_runs is {limit!r}: give a whole number from 0, which skips all, to {_MOST_RUNS}")
    return found


def concurrent_runs(settings: Mapping[str, Any]) -> int:
    """The limit of concurrent runs: 1 by default; 0 skips every run."""
    given = settings.get("max_concurrent_runs")
    return 1 if given is None else int(given)


def kind_of(task: Mapping[str, Any]) -> str:
    """The kind of a task, such as `python_wheel_task`."""
    return next(kind for kind in EXECUTED if task.get(kind) is not None)


def _unknown(given: Mapping[str, Any], known: Collection[str]) -> list[str]:
    return sorted(name for name, value in given.items() if name not in known and value not in (None, "", False, [], {}))


def _task_problems(task: Mapping[str, Any], settings: Mapping[str, Any]) -> Iterator[str]:
    label = f"task {task.get('task_key')!r}"
    unknown = _unknown(task, _TASK.union(EXECUTED, _REFUSED))
    yield from (f"{label} has {name!r}, which is not understood" for name in unknown)
    kinds = [kind for kind in (*EXECUTED, *_REFUSED) if task.get(kind) is not None]
    if len(kinds) != 1:
        yield f"{label} states {', '.join(kinds) or 'no work'}: give it exactly one of {', '.join(EXECUTED)}"
    elif kinds[0] not in EXECUTED:
        yield f"{label} is a {kinds[0]}, which the local cloud does not execute: it executes {', '.join(EXECUTED)}"
    elif kinds[0] == "condition_task" and task["condition_task"].get("op") not in OPERATORS:
        yield f"{label} has operator {task['condition_task'].get('op')!r}: use one of {', '.join(OPERATORS)}"
    elif kinds[0] == "python_wheel_task":
        yield from _wheel_problems(label, task)
        yield from _compute_problems(label, task, settings)
    elif kinds[0] in _SCRIPTS:
        yield from _script_problems(label, kinds[0], task[kinds[0]])
        yield from _compute_problems(label, task, settings)
    elif kinds[0] == "for_each_task":
        inner = task["for_each_task"].get("task") or {}
        if inner.get("for_each_task") is not None:
            yield f"{label} loops over a loop: only one level is allowed"
        yield from _task_problems(inner, settings)
    yield from _unknown_parameters(label, task, settings)


def _wheel_problems(label: str, task: Mapping[str, Any]) -> Iterator[str]:
    wheel = task["python_wheel_task"]
    if not wheel.get("package_name") or not wheel.get("entry_point"):
        yield f"{label} needs both package_name and entry_point in its python_wheel_task"
    if wheel.get("parameters") and wheel.get("named_parameters"):
        yield f"{label} has parameters and named_parameters: keep one of them"
    for position, parameter in enumerate(wheel.get("parameters") or []):
        if not isinstance(parameter, str):
            yield f"{label}: parameters[{position}] is {parameter!r}, not a string: leave out what has no value"


def _script_problems(label: str, kind: str, wanted: Mapping[str, Any]) -> Iterator[str]:
    path = "notebook_path" if kind == "notebook_task" else "python_file"
    if not wanted.get(path):
        yield f"{label} needs a {path} in its {kind}"
    if wanted.get("source") not in (None, "", "WORKSPACE"):
        yield f"{label} has source {wanted['source']!r}: the local cloud reads code from WORKSPACE only"


def _compute_problems(label: str, task: Mapping[str, Any], settings: Mapping[str, Any]) -> Iterator[str]:
    clusters = [cluster.get("job_cluster_key") for cluster in settings.get("job_clusters") or []]
    wanted = task.get("job_cluster_key")
    if wanted is not None and wanted not in clusters:
        yield f"{label} wants job cluster {wanted!r}; the job has: {', '.join(map(str, clusters)) or 'none'}"
    environments = [environment.get("environment_key") for environment in settings.get("environments") or []]
    wanted = task.get("environment_key")
    if wanted is not None and wanted not in environments:
        yield f"{label} wants environment {wanted!r}; the job has: {', '.join(map(str, environments)) or 'none'}"
    if wanted is not None and task.get("libraries"):
        yield f"{label} runs serverless and has libraries: name them in the dependencies of its environment"
    clusters = [name for name in _CLUSTERS if task.get(name) is not None]
    if wanted is not None and clusters:
        yield f"{label} has environment_key and {', '.join(clusters)}: keep one, serverless compute or a cluster"


def _serverless_problems(settings: Mapping[str, Any]) -> Iterator[str]:
    target = settings.get("performance_target")
    if target is not None and target not in _PERFORMANCE:
        yield f"performance_target is {target!r}: use one of {', '.join(_PERFORMANCE)}"
    for environment in settings.get("environments") or []:
        label, spec = f"environment {environment.get('environment_key')!r}", environment.get("spec") or {}
        unknown = sorted(spec.keys() - _ENVIRONMENT)
        if unknown:
            yield f"{label} has {', '.join(unknown)}; serverless compute takes {', '.join(sorted(_ENVIRONMENT))}"
        if not spec.get("environment_version") and not spec.get("client"):
            yield f"{label} has no environment_version: name one"
        if spec.get("environment_version") and spec.get("client"):
            yield f"{label} has environment_version and client, its older name: keep environment_version"


def _unknown_parameters(label: str, task: Mapping[str, Any], settings: Mapping[str, Any]) -> Iterator[str]:
    declared = {parameter.get("name") for parameter in settings.get("parameters") or []}
    for reference in sorted(references(task)):
        name = reference.removeprefix("job.parameters.")
        if name != reference and name not in declared:
            known = ", ".join(sorted(map(str, declared))) or "none"
            yield f"{label} uses {{{{{reference}}}}}, which is not a parameter of this job: {known}"


def _schedule_problems(settings: Mapping[str, Any]) -> Iterator[str]:
    schedule = settings.get("schedule")
    if schedule:
        try:
            next_fire(schedule.get("quartz_cron_expression", ""), schedule.get("timezone_id", ""), datetime.now(UTC))
        except ScheduleError as error:
            yield f"schedule: {error}"


def _trigger_problems(settings: Mapping[str, Any]) -> Iterator[str]:
    starts = [name for name in ("schedule", "trigger", "continuous") if settings.get(name)]
    if len(starts) > 1:
        yield f"the job has {', '.join(starts)}: keep the one that is to start it"
    yield from _model_trigger_problems(model_update(settings))
    trigger = file_arrival(settings)
    if trigger is None:
        return
    if not trigger.get("url"):
        yield "trigger: file_arrival needs a url, such as /Volumes/<catalog>/<schema>/<volume>/"
    yield from _wait_problems(trigger)


def _model_trigger_problems(trigger: Mapping[str, Any] | None) -> Iterator[str]:
    if trigger is None:
        return
    condition, aliases = trigger.get("condition"), trigger.get("aliases") or []
    if condition not in CONDITIONS:
        yield f"trigger: the condition of model is {condition!r}: use one of {', '.join(CONDITIONS)}"
    if aliases and condition != ALIAS_SET:
        yield f"trigger: model has aliases, which only {ALIAS_SET} takes: leave them out"
    if len(aliases) > _MOST_ALIASES:
        yield f"trigger: model has {len(aliases)} aliases; at most {_MOST_ALIASES} are taken"
    yield from _wait_problems(trigger)


def _wait_problems(trigger: Mapping[str, Any]) -> Iterator[str]:
    for field in _WAITS:
        value = trigger.get(field)
        if value and not (isinstance(value, int) and value >= _LEAST_WAIT_S):
            yield f"trigger: {field} is {value!r}; give {_LEAST_WAIT_S} or more, or leave it out"


def _doubles(names: Sequence[Any]) -> set[str]:
    return {str(name) for name in names if names.count(name) > 1}


def parameter_values(settings: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, str]:
    """The job parameters of a run: the declared defaults overridden by `given`.

    Raises KeyError with the message for a name that the job does not declare.
    """
    defaults = {str(p["name"]): str(p.get("default", "")) for p in settings.get("parameters") or []}
    unknown = sorted(set(given) - set(defaults))
    if unknown:
        declared = ", ".join(defaults) or "none"
        raise KeyError(f"job parameter(s) {', '.join(unknown)} are not declared by this job; declared are: {declared}")
    return defaults | {name: str(value) for name, value in given.items()}
