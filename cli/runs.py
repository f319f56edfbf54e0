"""Starts a job and follows it, including the jobs that it runs in turn."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cli.errors import CommandError

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient
    from databricks.sdk.service.jobs import Run, RunTask

_POLL_S = 0.1
# A real workspace limits the request rate, and its runs take minutes.
REMOTE_POLL_S = 10.0
_GONE = {
    False: "the local cloud stopped answering. Restart it with mlops up, then run the job again; it continues "
    "where it was",
    True: "the workspace stopped answering. Check the run there: it may still be running",
}
_NOT_STARTED = {"BLOCKED", "PENDING", "QUEUED"}
_OPEN = _NOT_STARTED | {"RUNNING", "TERMINATING", "WAITING_FOR_RETRY"}


@dataclass(frozen=True, kw_only=True)
class TaskResult:
    """One task of one run. `accounting` is the JSON line that the task ended with, if it wrote one.

    `started_at_s` is in seconds since 1970.
    """

    env: str
    job: str
    task: str
    state: str
    duration_s: float
    message: str = ""
    accounting: dict[str, Any] = field(default_factory=dict)
    started_at_s: float = 0.0

    def as_row(self) -> dict[str, Any]:
        """This result as one row of the tables that commands print."""
        rows = {key: self.accounting.get(key) for key in ("rows_in", "rows_kept", "rows_quarantined")}
        return {"env": self.env, "job": self.job, "task": self.task, "state": self.state} | {
            "seconds": round(self.duration_s, 1),
            **rows,
            "message": self.message,
        }


@dataclass(frozen=True, kw_only=True)
class RunResult:
    """One run of a job, with the tasks of the jobs that it ran in turn."""

    run_id: int
    succeeded: bool
    message: str
    tasks: tuple[TaskResult, ...]


def start(client: "WorkspaceClient", job: str, parameters: dict[str, str], only: Sequence[str] = ()) -> int:
    """Start the job called `job`, or `only` some of its tasks, and return its run id.

    Raises CommandError if it cannot be started.
    """
    from databricks.sdk.errors import PermissionDenied  # noqa: PLC0415 - takes half a second
    from databricks.sdk.errors.base import DatabricksError  # noqa: PLC0415

    found = [(item.job_id, item.settings.name) for item in client.jobs.list() if item.settings]
    ids = [job_id for job_id, name in found if name == job and job_id is not None]
    if len(ids) != 1:
        names = ", ".join(sorted(str(name) for _, name in found)) or "none"
        problem = "is not deployed" if not ids else f"is deployed {len(ids)} times"
        raise CommandError(f"job {job!r} {problem} in this environment; its jobs are: {names}")
    try:
        return int(client.jobs.run_now(ids[0], job_parameters=parameters or None, only=list(only) or None).run_id)
    except PermissionDenied as error:
        # The SDK appends how it signed in.
        said = str(error).partition(" Config: ")[0]
        raise CommandError(
            f"job {job!r} was refused: {said} The use case's `access` in the environment's file says who may run it"
        ) from error
    except DatabricksError as error:
        raise CommandError(f"job {job!r} was refused: {error}") from error


def follow(
    client: "WorkspaceClient",
    env: str,
    run_id: int,
    on_task: Callable[[TaskResult], None],
    *,
    remote: bool = False,
) -> RunResult:
    """Wait for the run, calling `on_task` once for each task as it ends, child runs' tasks before their parent's.

    Raises CommandError if the cloud stops answering meanwhile. `remote` is a real workspace.
    """
    try:
        return _Followed(client, env, on_task).to_the_end(run_id, REMOTE_POLL_S if remote else _POLL_S)
    except OSError as error:  # raised by requests and by the SDK's retries for a server that is gone
        raise CommandError(f"run {run_id} in {env} cannot be followed, since {_GONE[remote]}") from error


@dataclass
class _Followed:
    """What is known of a run under way: its tasks that ended, and the child run of each task that runs a job."""

    client: "WorkspaceClient"
    env: str
    on_task: Callable[[TaskResult], None]
    seen: dict[int, TaskResult] = field(default_factory=dict)
    children: dict[int, int] = field(default_factory=dict)

    def to_the_end(self, run_id: int, poll_s: float) -> RunResult:
        while True:
            run = self.client.jobs.get_run(run_id)
            self._collect(run)
            if not _is_open(run):
                state = run.state
                succeeded = (
                    state is not None and state.result_state is not None and state.result_state.value == "SUCCESS"
                )
                message = (state.state_message if state else None) or ""
                return RunResult(run_id=run_id, succeeded=succeeded, message=message, tasks=tuple(self.seen.values()))
            time.sleep(poll_s)

    def _collect(self, run: "Run") -> None:
        for task in run.tasks or []:
            if task.run_id is None or task.run_id in self.seen:
                continue
            child = self._child(task, task.run_id)
            if child is not None:
                self._collect(child)
            if not _is_open(task):
                self.seen[task.run_id] = _result(self.client, self.env, run, task)
                self.on_task(self.seen[task.run_id])

    def _child(self, task: "RunTask", task_run_id: int) -> "Run | None":
        """The run of the job that the task runs; None if it has not started, or runs none."""
        if task.run_job_task is None or _life_cycle(task) in _NOT_STARTED:
            return None
        if task_run_id not in self.children:
            output = self.client.jobs.get_run_output(task_run_id).run_job_output
            if not output or not output.run_id:
                return None
            self.children[task_run_id] = output.run_id
        return self.client.jobs.get_run(self.children[task_run_id])


def _life_cycle(run: "Run | RunTask") -> str:
    """Its state's name; empty if it has none yet."""
    state = run.state.life_cycle_state if run.state else None
    return state.value if state else ""


def _is_open(run: "Run | RunTask") -> bool:
    return _life_cycle(run) in {"", *_OPEN}


def _result(client: "WorkspaceClient", env: str, run: "Run", task: "RunTask") -> TaskResult:
    state = task.state
    name = state.result_state.value if state and state.result_state else str(state and state.life_cycle_state)
    ran = task.run_id is not None and task.python_wheel_task is not None and name not in {"EXCLUDED", "SKIPPED"}
    output = client.jobs.get_run_output(int(task.run_id or 0)) if ran else None
    message = (output.error if output and output.error else None) or (state.state_message if state else None) or ""
    return TaskResult(
        env=env,
        job=run.run_name or "",
        task=task.task_key,
        state=name,
        duration_s=max(0, (task.end_time or 0) - (task.start_time or task.end_time or 0)) / 1000,
        message="" if name == "SUCCESS" else message,
        started_at_s=(task.start_time or 0) / 1000,
        accounting=_accounting((output.logs if output else None) or ""),
    )


def _accounting(log: str) -> dict[str, Any]:
    """The last line of a task's log that is a JSON object naming its task; empty if there is none."""
    return next(_objects(reversed(log.splitlines())), {})


def _objects(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    for line in lines:
        if not line.startswith("{"):
            continue
        try:
            found = json.loads(line)
        except ValueError:
            continue
        if isinstance(found, dict) and "task" in found:
            yield found
