"""Valid fields of the parts of a job's settings, as the SDK documents them. Pure.

A part's field that is not known is a problem, so that none is dropped without a word. A cluster's own fields are for
its policy to judge.
"""

from collections.abc import Iterator, Mapping
from typing import Any

_TO = frozenset({"on_start", "on_success", "on_failure", "on_duration_warning_threshold_exceeded"}) | {
    "on_streaming_backlog_exceeded"
}
_NOTIFIED: dict[str, frozenset[str]] = {
    "email_notifications": _TO | {"no_alert_for_skipped_runs"},
    "webhook_notifications": _TO,
    "health": frozenset({"rules"}),
    "health.rules": frozenset({"metric", "op", "value"}),
}
_WAITS = frozenset({"min_time_between_triggers_seconds", "wait_after_last_change_seconds"})
_OF_A_JOB: dict[str, frozenset[str]] = {
    **_NOTIFIED,
    "notification_settings": frozenset({"no_alert_for_skipped_runs", "no_alert_for_canceled_runs"}),
    "queue": frozenset({"enabled"}),
    "schedule": frozenset({"quartz_cron_expression", "timezone_id", "pause_status"}),
    "continuous": frozenset({"pause_status", "task_retry_mode"}),
    "trigger": frozenset({"pause_status", "file_arrival", "periodic", "table_update", "model"}),
    "trigger.file_arrival": _WAITS | {"url"},
    "trigger.periodic": frozenset({"interval", "unit"}),
    "trigger.table_update": _WAITS | {"table_names", "condition"},
    "trigger.model": _WAITS | {"condition", "aliases", "securable_name"},
    "run_as": frozenset({"user_name", "service_principal_name"}),
    "deployment": frozenset({"kind", "metadata_file_path", "deployment_id", "version_id"}),
    "parameters": frozenset({"name", "default"}),
    "job_clusters": frozenset({"job_cluster_key", "new_cluster"}),
    "environments": frozenset({"environment_key", "spec"}),
}
_OF_A_TASK: dict[str, frozenset[str]] = {
    **_NOTIFIED,
    "notification_settings": _OF_A_JOB["notification_settings"] | {"alert_on_last_attempt"},
    "depends_on": frozenset({"task_key", "outcome"}),
    "condition_task": frozenset({"op", "left", "right"}),
    "for_each_task": frozenset({"inputs", "task", "concurrency"}),
    "run_job_task": frozenset({"job_id", "job_parameters"}),
    "python_wheel_task": frozenset({"package_name", "entry_point", "parameters", "named_parameters"}),
    "pipeline_task": frozenset({"pipeline_id", "full_refresh"}),
    "notebook_task": frozenset({"notebook_path", "base_parameters", "source"}),
    "spark_python_task": frozenset({"python_file", "parameters", "source"}),
}
_MOST_TASKS, _MOST_TAGS = 1000, 25
_MOST_BYTES = {"name": 4096, "description": 27_700}
_CHOICES = {
    "edit_mode": ("UI_LOCKED", "EDITABLE"),
    "pause_status": ("PAUSED", "UNPAUSED"),
    "task_retry_mode": ("NEVER", "ON_FAILURE"),
}
_NOTHING: tuple[object, ...] = (None, "", False, [], {})


def problems(settings: Mapping[str, Any]) -> Iterator[str]:
    """Problems in the parts of a job's settings, and in their sizes."""
    yield from _unknown("", settings, _OF_A_JOB)
    yield from _sizes(settings)
    for part in (settings, *(settings.get(name) for name in ("schedule", "continuous", "trigger"))):
        if isinstance(part, Mapping):
            yield from _choices(part)
    tasks = settings.get("tasks") or []
    if not isinstance(tasks, list) or not all(isinstance(task, Mapping) for task in tasks):
        yield f"tasks is {tasks!r}: give a list of objects"
        return
    for task in tasks:
        yield from of_task(task)
    if not _is_count(settings.get("timeout_seconds"), 0):
        yield f"timeout_seconds is {settings['timeout_seconds']!r}: give a whole number of seconds, 0 for no limit"


def of_task(task: Mapping[str, Any]) -> Iterator[str]:
    """Problems in the parts of a task, and of the task that it loops over."""
    label = f"task {task.get('task_key')!r}: "
    yield from (f"{label}{problem}" for problem in _unknown("", task, _OF_A_TASK))
    for name, least in (("timeout_seconds", 0), ("max_retries", -1), ("min_retry_interval_millis", 0)):
        if not _is_count(task.get(name), least):
            yield f"{label}{name} is {task[name]!r}: give a whole number from {least} on"
    loop = task.get("for_each_task")
    if isinstance(loop, Mapping) and isinstance(loop.get("task"), Mapping):
        yield from of_task(loop["task"])


def _unknown(path: str, given: Mapping[str, Any], known: Mapping[str, frozenset[str]]) -> Iterator[str]:
    for name, value in given.items():
        place = f"{path}{name}"
        if place not in known:
            continue
        for entry in value if isinstance(value, list) else [value]:
            if not isinstance(entry, Mapping):
                if entry is not None:
                    yield f"{place} is {entry!r}: give an object of {', '.join(sorted(known[place]))}"
                continue
            wrong = sorted(each for each, said in entry.items() if each not in known[place] and said not in _NOTHING)
            if wrong:
                yield f"{place} has {', '.join(wrong)}; understood are {', '.join(sorted(known[place]))}"
            yield from _unknown(f"{place}.", entry, known)


def _sizes(settings: Mapping[str, Any]) -> Iterator[str]:
    for name, most in _MOST_BYTES.items():
        size = len(str(settings.get(name) or "").encode())
        if size > most:
            yield f"{name} has {size} bytes: at most {most} are taken"
    for name, most in (("tasks", _MOST_TASKS), ("tags", _MOST_TAGS)):
        count = len(settings.get(name) or ())
        if count > most:
            yield f"there are {count} {name}: a job has at most {most}"


def _choices(part: Mapping[str, Any]) -> Iterator[str]:
    for name, allowed in _CHOICES.items():
        if part.get(name) not in (None, "", *allowed):
            yield f"{name} is {part[name]!r}: use one of {', '.join(allowed)}"


def _is_count(value: Any, least: int) -> bool:
    return value is None or (type(value) is int and value >= least)
