"""The result of one attempt of a task, and how an attempt is stopped."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from localcloud.services.jobs.graph import Result

_CODES = {
    Result.SUCCESS: "SUCCESS",
    Result.SUCCESS_WITH_FAILURES: "SUCCESS_WITH_FAILURES",
    Result.CANCELED: "USER_CANCELED",
    Result.EXCLUDED: "SKIPPED",
    Result.DISABLED: "DISABLED",
    Result.UPSTREAM_FAILED: "SKIPPED",
    Result.UPSTREAM_CANCELED: "SKIPPED",
    Result.MAXIMUM_CONCURRENT_RUNS_REACHED: "MAX_CONCURRENT_RUNS_EXCEEDED",
}


def code_of(result: Result) -> str:
    """Databricks' termination code for a result without a more specific code."""
    return _CODES.get(result, "RUN_EXECUTION_ERROR")


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Result of an attempt. `error` is one line for people, `error_trace` the stack trace of the task's code.

    `notebook_result` is what a notebook ended itself with. A try that is not `retryable` would fail the same way again.
    """

    result: Result
    message: str = ""
    code: str = ""
    error: str = ""
    error_trace: str = ""
    outcome: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    child_run_id: int | None = None
    iterations: tuple[Mapping[str, Any], ...] = ()
    retryable: bool = True
    notebook_result: str | None = None


def refused(message: str, code: str = "INVALID_RUN_CONFIGURATION") -> Outcome:
    """The result of a task that could not start for a permanent reason."""
    return Outcome(result=Result.FAILED, message=message, error=message, code=code, retryable=False)


class Stop:
    """Signals everything that works on a run to stop, with a reason. The first reason stays."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self.reason: Result | None = None
        self.message = ""

    def set(self, reason: Result, message: str) -> None:
        """Request a stop."""
        if not self._event.is_set():
            self.reason, self.message = reason, message
            self._event.set()

    def is_set(self) -> bool:
        """Whether a stop was requested."""
        return self._event.is_set()

    def sleep(self, seconds: float) -> None:
        """Wait, at most until a stop is requested."""
        self._event.wait(seconds)


def wait_for(done: Callable[[float], bool], stop: Stop, deadline_s: float | None) -> Outcome | None:
    """Call `done(poll_s)` until it is true (None), a stop is requested, or `time.monotonic()` passes the deadline."""
    while not done(0.05):
        if stop.is_set():
            return Outcome(result=stop.reason or Result.CANCELED, message=stop.message, retryable=False)
        if deadline_s is not None and time.monotonic() > deadline_s:
            return Outcome(result=Result.TIMEDOUT, message="The task was stopped: it ran longer than its timeout.")
    return None
