"""Valid fields of a request about a run, as the SDK documents them. Pure; raises `ApiError` 400."""

from collections.abc import Collection, Mapping
from typing import Any

from localcloud.kernel.errors import bad_request
from localcloud.kernel.store import Document

# The fields of one request: those that are read here. All others are refused, so that none is dropped without a word.
RUN_NOW = ("job_id", "job_parameters", "idempotency_token", "queue", "only")
SUBMIT = (
    *("tasks", "run_name", "idempotency_token", "access_control_list", "run_as", "queue", "timeout_seconds"),
    *("environments", "performance_target", "health"),
    *("email_notifications", "webhook_notifications", "notification_settings"),
)
REPAIR = (
    "run_id",
    "job_parameters",
    "latest_repair_id",
    "rerun_all_failed_tasks",
    "rerun_dependent_tasks",
    "rerun_tasks",
)
_TOKEN_LIMIT = 64
# The arrays of a job's settings that an update merges, with the field that tells their entries apart.
_KEYS = {
    "tasks": "task_key",
    "job_clusters": "job_cluster_key",
    "environments": "environment_key",
    "parameters": "name",
}


def require_known(body: Document, known: Collection[str]) -> None:
    """Check that every given field is supported."""
    unknown = [name for name, value in body.items() if name not in known and value not in (None, False, "", [], {})]
    if unknown:
        raise bad_request(
            f"{', '.join(unknown)} cannot be used locally; understood are: {', '.join(known)}. "
            "Give values to tasks by job_parameters."
        )


def idempotency_token(body: Document) -> str | None:
    """The token, at most 64 characters; None if none is given."""
    token = body.get("idempotency_token") or None
    if token is not None and len(str(token)) > _TOKEN_LIMIT:
        raise bad_request(f"idempotency_token has {len(str(token))} characters: give at most {_TOKEN_LIMIT}.")
    return token


def queued(body: Document, settings: Mapping[str, Any]) -> bool:
    """Whether a run that cannot start now waits: as the request says, else as the job says."""
    said = (body.get("queue") or {}).get("enabled")
    return bool((settings.get("queue") or {}).get("enabled") if said is None else said)


def chosen(settings: Mapping[str, Any], wanted: Collection[str] | None) -> Document:
    """`settings` with only the `wanted` tasks, which no longer wait for others; all of them for None."""
    if not wanted:
        return dict(settings)
    tasks = settings.get("tasks") or []
    unknown = sorted(set(wanted) - {task["task_key"] for task in tasks})
    if unknown:
        known = ", ".join(str(task["task_key"]) for task in tasks)
        raise bad_request(f"only names {', '.join(unknown)}, which the job does not have; its tasks are: {known}.")
    return {**settings, "tasks": [_alone(task, wanted) for task in tasks if task["task_key"] in wanted]}


def _alone(task: Document, wanted: Collection[str]) -> Document:
    """A task with dependencies only on `wanted` ones."""
    edges = [edge for edge in task.get("depends_on") or [] if edge["task_key"] in wanted]
    rest = {name: value for name, value in task.items() if name != "depends_on"}
    return {**rest, "depends_on": edges} if edges else rest


def require_latest_repair(run: Document, given: Any) -> None:
    """A repair must name the previous one, to show that the caller knows it."""
    latest = run["repairs"][-1]["id"] if run["repairs"] else None
    if latest is not None and given in (None, ""):
        raise bad_request(f"Run {run['run_id']} was repaired before: give latest_repair_id, which is {latest}.")
    if given not in (None, "") and str(given) != str(latest):
        raise bad_request(f"latest_repair_id {given} is not that of the latest repair, which is {latest or 'none'}.")


def merged(settings: Document, new: Document) -> Document:
    """`settings` updated with `new`: fields are replaced, but arrays with keyed entries are merged by key."""
    arrays = {field: _by_key(settings.get(field), new[field], _KEYS[field]) for field in _KEYS if new.get(field)}
    return {**settings, **new, **arrays}


def removed(settings: Document, fields: Collection[str]) -> Document:
    """`settings` without whole `fields`, and without the tasks and clusters that are named as `tasks/<key>`."""
    left = {name: value for name, value in settings.items() if name not in fields}
    for path in fields:
        field, slash, key = path.partition("/")
        if "." in field or (slash and (field not in ("tasks", "job_clusters") or not key)):
            raise bad_request(f"fields_to_remove {path}: name a whole setting, tasks/<key> or job_clusters/<key>.")
        if slash:
            kept = [entry for entry in left.get(field) or [] if entry.get(_KEYS[field]) != key]
            if len(kept) == len(left.get(field) or []):
                raise bad_request(f"fields_to_remove {path}: the job has no such entry.")
            left[field] = kept
    return left


def _by_key(kept: Any, given: Any, key: str) -> list[Any]:
    """The earlier entries in order, each replaced by the given one of its key, followed by new ones."""
    new = {entry.get(key): entry for entry in given}
    before = {entry.get(key): entry for entry in kept or []}
    return [new.get(name, entry) for name, entry in before.items()] + [
        entry for entry in given if entry.get(key) not in before
    ]
