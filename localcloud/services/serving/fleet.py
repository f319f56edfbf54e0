"""The processes in which models answer: one per served version, forked warm, at most `MAX_WARM` at a time."""

import hashlib
import json
import os
import shutil
import socket
import tempfile
import threading
import time
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

from localcloud.kernel.errors import ApiError
from localcloud.services.jobs.task import TaskOrder
from localcloud.services.jobs.workers import Handle, Workers, WorkersError
from localcloud.services.serving import model_worker

MAX_WARM = 8
LOAD_LIMIT_S = 120.0
# Databricks' documented limit on one execution of a model.
EXECUTION_LIMIT_S = 297.0
_POLL_S = 0.1
_PACKAGE, _ENTRY = "localcloud_model_worker", "serve"
_INHERITED = ("PATH", "LANG", "LC_ALL", "TMPDIR", "SSL_CERT_FILE")


class LoadError(RuntimeError):
    """A version that could not be loaded. The message says why, in one line."""


@dataclass(frozen=True, kw_only=True)
class ServedProcess:
    """What a process is started for. Equal ones are the same process."""

    endpoint_id: str
    model: str
    version: str
    path: Path
    environ: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    @property
    def label(self) -> str:
        """A file name for its log: one per endpoint and version."""
        digest = hashlib.sha256(self.endpoint_id.encode()).hexdigest()[:6]
        return f"{self.model}-{self.version}-{digest}"


@dataclass
class ModelWorker:
    """A loaded model. Requests to it wait for one another, as a single unit of concurrency does."""

    connection: Connection
    handle: Handle
    lock: threading.Lock = field(default_factory=threading.Lock)

    def call(self, request: bytes) -> tuple[int, bytes]:
        """Status and JSON body. Raises EOFError or OSError where the process is gone, TimeoutError past the limit."""
        with self.lock:
            self.connection.send_bytes(request)
            if not self.connection.poll(EXECUTION_LIMIT_S):
                raise TimeoutError
            answer = self.connection.recv_bytes()
        return int(answer[:3]), answer[3:]


class Fleet:
    """Starts, keeps and ends model workers. Safe to use from several threads."""

    def __init__(self, home: Path, workers: Workers) -> None:
        self._home = home
        self._workers = workers
        self._warm: OrderedDict[ServedProcess, ModelWorker] = OrderedDict()
        self._starting: dict[ServedProcess, threading.Lock] = {}
        self._lock = threading.Lock()

    def ensure(self, wanted: ServedProcess) -> ModelWorker:
        """The worker of `wanted`, started where it is not warm. Raises LoadError."""
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

    def call(self, wanted: ServedProcess, request: bytes) -> tuple[int, bytes]:
        """Answer `request`. A process that died is started again once: predicting twice does no harm.

        Raises `ApiError` 504 past the time limit, 500 where the process dies on this request, LoadError.
        """
        for _ in range(2):
            worker = self.ensure(wanted)
            try:
                return worker.call(request)
            except TimeoutError as error:
                self._discard(wanted, worker)
                limit = f"The model did not answer within {EXECUTION_LIMIT_S:.0f} s."
                raise ApiError(504, "DEADLINE_EXCEEDED", limit) from error
            except (EOFError, OSError):
                self._discard(wanted, worker)
        raise ApiError(500, "INTERNAL_ERROR", f"The process of {wanted.model} version {wanted.version} died twice.")

    def keep_only(self, endpoint_id: str, wanted: set[ServedProcess]) -> None:
        """End the endpoint's processes that are not `wanted`, each after the request it is answering."""
        with self._lock:
            gone = [key for key in self._warm if key.endpoint_id == endpoint_id and key not in wanted]
            ending = [self._warm.pop(key) for key in gone]
        for worker in ending:
            self._end(worker)

    def log(self, wanted: ServedProcess) -> Path:
        """Where the process writes what it says."""
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
        """End the process that was idle longest where there are too many: it comes back when it is called."""
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
            with worker.lock:
                worker.connection.close()
        with suppress(WorkersError):
            self._workers.kill(worker.handle)

    def _start(self, wanted: ServedProcess) -> ModelWorker:
        # A socket's path must be short, and nobody else may connect to it.
        folder = Path(tempfile.mkdtemp(prefix="model-"))
        try:
            with socket.socket(socket.AF_UNIX) as listener:
                address = str(folder / "socket")
                listener.bind(address)
                listener.listen(1)
                handle = self._fork(wanted, address)
                connection = _accept(listener, handle)
        except WorkersError as error:
            raise LoadError(str(error)) from error
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        reason = "the process ended while it was starting" if connection is None else _reason(connection, handle)
        if connection is None or reason:
            with suppress(WorkersError):
                self._workers.kill(handle)
            raise LoadError(f"{reason} (log: {self.log(wanted).name})")
        return ModelWorker(connection, handle)

    def _fork(self, wanted: ServedProcess, address: str) -> Handle:
        scratch = self._home / "serving" / "scratch"
        log = self.log(wanted)
        for folder in (scratch, log.parent):
            folder.mkdir(parents=True, exist_ok=True)
        inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        return self._workers.start(
            TaskOrder(
                wheel=str(_distribution(self._home / "serving" / "worker")),
                package_name=_PACKAGE,
                entry_point=_ENTRY,
                arguments=[str(wanted.path), address],
                environ={**inherited, "HOME": str(scratch), "TZ": "UTC", "PYTHONUTF8": "1", **dict(wanted.environ)},
                directory=str(scratch),
                log=str(log),
                result=str(scratch / f"{wanted.label}.json"),
            )
        )


def _accept(listener: socket.socket, handle: Handle) -> Connection | None:
    listener.settimeout(_POLL_S)
    deadline = time.monotonic() + LOAD_LIMIT_S
    while time.monotonic() < deadline:
        with suppress(TimeoutError):
            channel, _ = listener.accept()
            channel.setblocking(True)
            return Connection(channel.detach())
        if handle.ended.is_set():
            return None
    return None


def _reason(connection: Connection, handle: Handle) -> str:
    """Why the model did not load; empty where it did."""
    try:
        if not connection.poll(LOAD_LIMIT_S):
            return f"the model did not load within {LOAD_LIMIT_S:.0f} s"
        return str(json.loads(connection.recv_bytes()).get("error", ""))
    except (EOFError, OSError):
        handle.ended.wait(1)
        return f"the process ended while it was loading the model, with exit code {handle.exit_code}"


def _distribution(folder: Path) -> Path:
    """The worker's code as an installed package of its own, so that nothing of the checkout comes with it."""
    code = Path(model_worker.__file__).read_text(encoding="utf-8")
    target = folder / hashlib.sha256(code.encode()).hexdigest()[:16]
    if not target.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(dir=folder))
        information = work / f"{_PACKAGE}-1.dist-info"
        information.mkdir()
        (work / f"{_PACKAGE}.py").write_text(code, encoding="utf-8")
        (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {_PACKAGE}\nVersion: 1\n")
        (information / "entry_points.txt").write_text(f"[console_scripts]\n{_ENTRY} = {_PACKAGE}:main\n")
        with suppress(OSError):
            work.rename(target)
        shutil.rmtree(work, ignore_errors=True)
    return target
