"""The process from which every task is forked. It has loaded the heavy libraries and runs no task itself.

Importing mlflow, xgboost and pandas takes seconds; a fork of a process that has them takes milliseconds.
It stays single-threaded, opens no connection, and never imports a task's package: a child then starts as
clean as a fresh interpreter. Orders come and events go as JSON lines over the socket it was given.
"""

import contextlib
import gc
import importlib
import json
import os
import selectors
import signal
import socket
import sys
import threading
from typing import Any

from mlflow.utils import requirements_utils

from localcloud.kernel.processes import die_with_parent
from localcloud.services.jobs import runtime_mlflow
from localcloud.services.jobs.task import TaskOrder, run

PRELOADED = (
    "numpy",
    "pandas",
    "pyarrow",
    "mlflow",
    "mlflow.pyfunc",
    "mlflow.sklearn",
    "sklearn.ensemble",
    "sklearn.isotonic",
    "sklearn.pipeline",
    "optuna",
    "xgboost",
    "matplotlib.figure",
    "pyspark.sql.connect.session",
    "databricks.sdk",
)


class Template:
    """Forks a child per order and reports its pid and its end. `serve` returns an order only in a child."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._children: dict[int, str] = {}
        self._buffer = b""
        # A signal handler must exist for the wake-up descriptor to be written to.
        self._wake_read, wake_write = os.pipe()
        os.set_blocking(wake_write, False)
        os.set_blocking(self._wake_read, False)
        signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._wake_write = wake_write

    def serve(self) -> TaskOrder | None:
        """Take orders until the channel closes (None). In a forked child: the order to run."""
        self._tell({"event": "ready"})
        with selectors.DefaultSelector() as selector:
            selector.register(self._channel, selectors.EVENT_READ)
            selector.register(self._wake_read, selectors.EVENT_READ)
            while True:
                selector.select()
                self._reap()
                messages = self._receive()
                if messages is None:
                    self._kill_all()
                    return None
                for message in messages:
                    order = self._obey(message)
                    if order is not None:
                        return order

    def _obey(self, message: dict[str, Any]) -> TaskOrder | None:
        if message["order"] == "kill":
            self._kill(message["id"])
            return None
        pid = os.fork()
        if pid == 0:
            self._become_child()
            return TaskOrder(**message["task"])
        with contextlib.suppress(PermissionError, ProcessLookupError):
            os.setpgid(pid, pid)
        self._children[pid] = message["id"]
        self._tell({"event": "started", "id": message["id"], "pid": pid})
        return None

    def _become_child(self) -> None:
        # Parent and child both set the group: whichever comes first, a kill finds it.
        os.setpgid(0, 0)
        die_with_parent()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self._channel.close()
        os.close(self._wake_read)
        os.close(self._wake_write)

    def _receive(self) -> list[dict[str, Any]] | None:
        with contextlib.suppress(BlockingIOError):
            os.read(self._wake_read, 4096)
        try:
            data = self._channel.recv(65536, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return []
        if not data:
            return None
        *lines, self._buffer = (self._buffer + data).split(b"\n")
        return [json.loads(line) for line in lines]

    def _reap(self) -> None:
        while self._children:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            order_id = self._children.pop(pid, None)
            # What the task itself started must not outlive it.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)
            self._tell({"event": "ended", "id": order_id, "exit_code": os.waitstatus_to_exitcode(status)})

    def _kill(self, order_id: str) -> None:
        for pid, known in self._children.items():
            if known == order_id:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(pid, signal.SIGKILL)

    def _kill_all(self) -> None:
        for order_id in list(self._children.values()):
            self._kill(order_id)

    def _tell(self, event: dict[str, Any]) -> None:
        self._channel.sendall(json.dumps(event).encode() + b"\n")


def preload() -> None:
    """Import the libraries that tasks use, and exclude their objects from the children's garbage collection."""
    for name in PRELOADED:
        importlib.import_module(name)
    # MLflow asks which package brings which module when it logs a model: half a second, once per process.
    requirements_utils.warn_dependency_requirement_mismatches(["mlflow"])
    runtime_mlflow.install()
    gc.collect()
    gc.freeze()


def main(channel_fd: int, checkout: str) -> None:
    """Serve on the socket `channel_fd`; in a child, run the task and exit with its code."""
    preload()
    # What remains of the checkout must not be importable by a task.
    sys.path[:] = [entry for entry in sys.path if entry != checkout]
    if threading.active_count() != 1:
        names = ", ".join(thread.name for thread in threading.enumerate())
        raise SystemExit(f"the template must have one thread before it forks; it has: {names}")
    order = Template(socket.socket(fileno=channel_fd)).serve()
    if order is not None:
        raise SystemExit(run(order))
