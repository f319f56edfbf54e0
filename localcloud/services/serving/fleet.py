"""The processes that run models: one scoring server per version, forked from a warm one, at most `MAX_WARM` at a time.

A process holds no token, and is spoken to by HTTP, over a Unix socket in a folder that nobody else may enter.
"""

import hashlib
import json
import os
import shutil
import tempfile
import threading
import time
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from localcloud.kernel.errors import ApiError
from localcloud.services.jobs.task import TaskOrder
from localcloud.services.jobs.workers import Handle, Workers, WorkersError
from localcloud.services.serving import server_code
from localcloud.services.serving.channel import Answer, Channel, GoneError

MAX_WARM = 8
LOAD_LIMIT_S = 120.0
# Databricks' documented limit on one execution of a model.
EXECUTION_LIMIT_S = 297.0
# Databricks' documented limit for the models of a CPU endpoint.
MEMORY_LIMIT_BYTES = 4 << 30
_POLL_S = 0.02
# There is nothing for a model's own code to write to through MLflow.
_ENVIRON = {
    "TZ": "UTC",
    "PYTHONUTF8": "1",
    "MLFLOW_TRACKING_URI": "file:///nonexistent",
    "MLFLOW_DISABLE_TELEMETRY": "true",
}
_INHERITED = ("PATH", "LANG", "LC_ALL", "TMPDIR", "SSL_CERT_FILE")


class LoadError(RuntimeError):
    """A version that could not be loaded, with the reason in one line."""


@dataclass(frozen=True, kw_only=True)
class ServedProcess:
    """The parameters of a process. Equal ones share the same process."""

    endpoint_id: str
    model: str
    version: str
    path: Path
    environ: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    @property
    def label(self) -> str:
        """A name for its log file: one per endpoint and version."""
        digest = hashlib.sha256(self.endpoint_id.encode()).hexdigest()[:6]
        return f"{self.model}-{self.version}-{digest}"


@dataclass(frozen=True)
class ModelWorker:
    """A scoring server with a loaded version; `folder` holds its socket."""

    folder: Path
    channel: Channel
    handle: Handle


class Fleet:
    """Starts, keeps and ends model workers. Safe to use from several threads."""

    def __init__(self, home: Path, workers: Workers, online_store: Path) -> None:
        self._home = home
        self._online_store = online_store
        self._workers = workers
        self._warm: OrderedDict[ServedProcess, ModelWorker] = OrderedDict()
        self._starting: dict[ServedProcess, threading.Lock] = {}
        self._lock = threading.Lock()

    def ensure(self, wanted: ServedProcess) -> ModelWorker:
        """The worker of `wanted`, started if it is not warm. Raises LoadError."""
        with self._lock:
            found = self._running(wanted)
            if found is not None:
                return found
            starting = self._starting.setdefault(wanted, threading.Lock())
        with starting:
            with self._lock:
                found = self._running(wanted)
            if found is None:
                found = self._start(wanted)
                with self._lock:
                    self._warm[wanted] = found
                self._shrink()
        return found

    def call(self, wanted: ServedProcess, content_type: str, body: bytes) -> Answer:
        """Answer one request. A process that died is restarted once: predicting twice does no harm.

        Raises `ApiError` 504 past the time limit, 500 where the process dies on this request, LoadError.
        """
        for _ in range(2):
            worker = self.ensure(wanted)
            try:
                return worker.channel.call(content_type, body)
            except TimeoutError as error:
                self._discard(wanted, worker)
                limit = f"The model did not answer within {EXECUTION_LIMIT_S:.0f} s."
                raise ApiError(504, "DEADLINE_EXCEEDED", limit) from error
            except GoneError:
                self._discard(wanted, worker)
        raise ApiError(500, "INTERNAL_ERROR", f"The process of {wanted.model} version {wanted.version} died twice.")

    def keep_only(self, endpoint_id: str, wanted: set[ServedProcess]) -> None:
        """End the endpoint's processes that are not `wanted`, each after its current request."""
        with self._lock:
            gone = [key for key in self._warm if key.endpoint_id == endpoint_id and key not in wanted]
            ending = [self._warm.pop(key) for key in gone]
        for worker in ending:
            self._end(worker)

    def log(self, wanted: ServedProcess) -> Path:
        """The log file of the process."""
        return self._home / "logs" / "serving" / f"{wanted.label}.log"

    def stop(self) -> None:
        """End all processes."""
        with self._lock:
            ending = list(self._warm.values())
            self._warm.clear()
        for worker in ending:
            self._end(worker, wait=False)

    def _running(self, wanted: ServedProcess) -> ModelWorker | None:
        found = self._warm.get(wanted)
        if found is None:
            return None
        if found.handle.ended.is_set():
            del self._warm[wanted]
            return None
        self._warm.move_to_end(wanted)
        return found

    def _shrink(self) -> None:
        """End the process that was idle longest if there are too many: it is restarted when it is called."""
        with self._lock:
            surplus = [self._warm.popitem(last=False)[1] for _ in range(len(self._warm) - MAX_WARM)]
        for worker in surplus:
            self._end(worker)

    def _discard(self, wanted: ServedProcess, worker: ModelWorker) -> None:
        with self._lock:
            if self._warm.get(wanted) is worker:
                del self._warm[wanted]
        self._end(worker, wait=False)

    def _end(self, worker: ModelWorker, *, wait: bool = True) -> None:
        if wait:
            worker.channel.drain()
        worker.channel.close()
        with suppress(WorkersError):
            self._workers.kill(worker.handle)
        shutil.rmtree(worker.folder, ignore_errors=True)

    def _start(self, wanted: ServedProcess) -> ModelWorker:
        # A socket's path must be short, and nobody else may connect to it.
        folder = Path(tempfile.mkdtemp(prefix="model-"))
        worker = None
        try:
            channel = Channel(folder / "socket", EXECUTION_LIMIT_S)
            worker = ModelWorker(folder, channel, self._fork(wanted, folder / "socket"))
            reason = self._wait(wanted, worker)
        except WorkersError as error:
            reason = str(error)
        if reason or worker is None:
            if worker is not None:
                self._end(worker, wait=False)
            shutil.rmtree(folder, ignore_errors=True)
            raise LoadError(f"{reason} (log: {self.log(wanted).name})")
        return worker

    def _wait(self, wanted: ServedProcess, worker: ModelWorker) -> str:
        """Wait until the version answers; returns why it does not, empty if it does."""
        deadline = time.monotonic() + LOAD_LIMIT_S
        while time.monotonic() < deadline:
            if worker.channel.open():
                return ""
            if worker.handle.ended.wait(_POLL_S):
                return self._said(wanted) or (
                    f"the process ended while it was loading the model, with exit code {worker.handle.exit_code}"
                )
        return f"the model did not load within {LOAD_LIMIT_S:.0f} s"

    def _said(self, wanted: ServedProcess) -> str:
        """The message of an ended server about the version that it could not load."""
        try:
            said = json.loads(self._result(wanted).read_text(encoding="utf-8"))["error"]
        except (OSError, ValueError):
            return ""
        return str(said).removeprefix("SystemExit: ")

    def _result(self, wanted: ServedProcess) -> Path:
        return self._home / "serving" / "scratch" / f"{wanted.label}.json"

    def _fork(self, wanted: ServedProcess, address: Path) -> Handle:
        scratch = self._home / "serving" / "scratch"
        log = self.log(wanted)
        for folder in (scratch, log.parent):
            folder.mkdir(parents=True, exist_ok=True)
        self._result(wanted).unlink(missing_ok=True)
        inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        return self._workers.start(
            TaskOrder(
                wheel=str(server_code.distribution(self._home / "serving" / "worker")),
                package_name=server_code.PACKAGE,
                entry_point=server_code.ENTRY_POINT,
                arguments=[
                    *("--model", str(wanted.path), "--version", wanted.version, "--uds", str(address)),
                    *("--online-store", str(self._online_store), "--memory-limit-bytes", str(MEMORY_LIMIT_BYTES)),
                ],
                environ={**inherited, "HOME": str(scratch), **_ENVIRON, **dict(wanted.environ)},
                directory=str(scratch),
                log=str(log),
                result=str(self._result(wanted)),
            )
        )
