"""Runs tasks in processes forked from a warm template process, which it starts and keeps alive."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import asdict, dataclass, field
from pathlib import Path

from localcloud.kernel.processes import MARK, kill_tree, last_lines, spawn
from localcloud.services.jobs.task import TaskOrder

# As long as Spark's: on a busy machine the imports of the libraries take their time.
START_TIMEOUT_S = 120.0
CHECKOUT = Path(__file__).resolve().parents[3]
_START = "import sys; sys.path.insert(0, {0!r}); from localcloud.services.jobs.template import main; main({1}, {0!r})"
# What the template keeps of the caller's environment. Tokens and cloud settings of a shell must not reach a task.
_KEPT = (
    *("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "USER", MARK, "SSL_CERT_FILE", "LD_LIBRARY_PATH"),
    *("OMP_NUM_THREADS", "CUDA_VISIBLE_DEVICES", "COVERAGE_PROCESS_START"),
)


class WorkersError(RuntimeError):
    """The template process did not start or died. The message carries the end of its log."""


@dataclass
class Handle:
    """An active task. `exit_code` is None while it runs, negative if a signal ended it."""

    order_id: str
    ended: threading.Event = field(default_factory=threading.Event)
    pid: int | None = None
    exit_code: int | None = None


class Workers:
    """The template process under `home`, and the tasks forked from it. Safe to use from several threads."""

    def __init__(self, home: Path) -> None:
        self.log = home / "logs" / "workers.log"
        self._home = home
        self._handles: dict[str, Handle] = {}
        self._lock = threading.Lock()
        self._ready = threading.Event()
        self._stopping = False
        self._count = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: socket.socket | None = None
        self._keeper: threading.Thread | None = None

    def launch(self) -> None:
        """Start the template and return at once."""
        self._stopping = False
        self._keeper = threading.Thread(target=self._keep, name="workers", daemon=True)
        self._keeper.start()

    def wait_ready(self, timeout_s: float = START_TIMEOUT_S) -> None:
        """Wait until tasks can be forked. Raises WorkersError after `timeout_s` or if the template died."""
        in_time = self._ready.wait(timeout_s)
        if not in_time or self._channel is None:
            why = "ended" if in_time else f"did not start within {timeout_s:.0f} s"
            raise WorkersError(f"the task workers {why}. The end of {self.log}:\n{last_lines(self.log)}")

    def start(self, order: TaskOrder) -> Handle:
        """Fork a process for `order`. Raises WorkersError if the template is not available."""
        self.wait_ready()
        with self._lock:
            self._count += 1
            handle = Handle(order_id=str(self._count))
            self._handles[handle.order_id] = handle
        self._send({"order": "fork", "id": handle.order_id, "task": asdict(order)})
        return handle

    def kill(self, handle: Handle) -> None:
        """Kill the task's whole process group. `handle.ended` follows."""
        self._send({"order": "kill", "id": handle.order_id})

    def stop(self) -> None:
        """End the template and every task."""
        self._stopping = True
        process = self._process
        if process is not None:
            kill_tree(process.pid, grace_s=0)
        if self._keeper is not None:
            self._keeper.join(timeout=10)

    def _keep(self) -> None:
        # The template dies with the thread that started it, so this thread starts it and stays.
        while not self._stopping:
            channel = self._spawn()
            started = self._read_events(channel)
            self._ready.clear()
            if self._process is not None:
                self._process.wait()
            self._lose_all()
            if not started:
                break
        self._channel = None
        self._ready.set()

    def _spawn(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        with theirs:
            code = _START.format(str(CHECKOUT), theirs.fileno())
            environ = {name: os.environ[name] for name in _KEPT if name in os.environ}
            environ |= {"MLFLOW_DISABLE_TELEMETRY": "true", "PYTHONSAFEPATH": "1", "TZ": "UTC", "PYTHONUTF8": "1"}
            self._process = spawn(
                [sys.executable, "-c", code],
                log=self.log,
                pid_file=self._home / "run" / "workers.pid",
                environ=environ,
                cwd=self._home,
                pass_fds=(theirs.fileno(),),
            )
        self._channel = ours
        return ours

    def _read_events(self, channel: socket.socket) -> bool:
        """Handle events until the template ends. Returns whether it ever became ready."""
        with channel.makefile("rb") as lines:
            for line in lines:
                event = json.loads(line)
                if event["event"] == "ready":
                    self._ready.set()
                elif event["event"] == "started":
                    self._handles[event["id"]].pid = event["pid"]
                else:
                    self._end(event["id"], event["exit_code"])
        return self._ready.is_set()

    def _send(self, message: dict[str, object]) -> None:
        with self._lock:
            channel = self._channel
            if channel is None:
                raise WorkersError("the task workers are stopped")
            try:
                channel.sendall(json.dumps(message).encode() + b"\n")
            except OSError as error:
                raise WorkersError(f"the task workers died: see {self.log}") from error

    def _end(self, order_id: str, exit_code: int) -> None:
        with self._lock:
            handle = self._handles.pop(order_id, None)
        if handle is not None:
            handle.exit_code = exit_code
            handle.ended.set()

    def _lose_all(self) -> None:
        for order_id in list(self._handles):
            self._end(order_id, -signal.SIGKILL)
