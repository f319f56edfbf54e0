"""Starts, stops and finds the local cloud of a directory. Everything that it keeps lies below that directory."""

import fcntl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx

from localcloud.endpoint import Endpoint, pid_file, read_endpoint
from localcloud.kernel import loopback, processes
from localcloud.spark.toolchain import ToolchainError, delta_jars, java

START_TIMEOUT_S = 180.0
# What the server's log says before the reason why it ended.
FAILED = "the local cloud could not start: "
_STOP_GRACE_S = 20.0
_ANSWER_TIMEOUT_S = 10.0
_CHECKOUT = Path(__file__).resolve().parent.parent


class StartError(RuntimeError):
    """The local cloud could not start. The message says why, and what to do."""


@dataclass(frozen=True, kw_only=True)
class Status:
    """Whether the local cloud of a directory runs, and where it answers."""

    running: bool
    endpoint: Endpoint | None = None


def start(
    home: Path, progress: Callable[[str], None] = lambda _: None, *, port: int = 0, owner: int | None = None
) -> Endpoint:
    """Start the local cloud of `home`, or find it running. `progress` is called with a line per step.

    It runs on in the background until `stop`, or until the process with the id `owner` ends. `port` asks for a
    port of the account. Raises StartError: no Java, a port in use, a directory that cannot be written, or a
    part that died.
    """
    home = home.resolve()
    with _only_one(home):
        found = status(home).endpoint
        if found is not None:
            progress(f"already running (pid {found.pid})")
            return found
        try:
            progress(f"Java: {java()}")
            progress(f"Delta: {len(delta_jars())} jars")
        except ToolchainError as error:
            raise StartError(str(error)) from error
        _end(home)
        progress("starting Spark, MLflow and the task workers side by side")
        return _spawned(home, port, owner)


def stop(home: Path) -> bool:
    """End the local cloud of `home` with all its processes; whether there was one. Its state stays."""
    home = home.resolve()
    return _end(home) if home.is_dir() else False


def status(home: Path) -> Status:
    """Whether the local cloud of `home` answers, and its workspaces as they are now."""
    home = home.resolve()
    written = read_endpoint(home)
    # The token goes to nobody who merely listens on the port of a server that is gone.
    if written is None or processes.recorded(pid_file(home)) != written.pid:
        return Status(running=False)
    try:
        answer = loopback.request(
            "GET",
            f"{written.account_url}/local/workspaces",
            headers={"Authorization": f"Bearer {written.admin_token}"},
            timeout=_ANSWER_TIMEOUT_S,
        ).raise_for_status()
    except httpx.HTTPError:
        return Status(running=False)
    workspaces = {found["name"]: found["url"] for found in answer.json()["workspaces"]}
    return Status(running=True, endpoint=replace(written, workspaces=workspaces))


def _end(home: Path) -> bool:
    """End the server, also one that hangs, and whatever a killed one left; whether there was anything."""
    pid = processes.recorded(pid_file(home))
    if pid is not None:
        processes.kill_tree(pid, grace_s=_STOP_GRACE_S)
    left = processes.end_marked(home)
    pid_file(home).unlink(missing_ok=True)
    return pid is not None or left > 0


@contextmanager
def _only_one(home: Path) -> Iterator[None]:
    """Holds the directory's lock, so that two starts at once make one server."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        lock = (home / "start.lock").open("w")
    except OSError as error:
        raise StartError(f"{home} cannot be written: {error}. Name another directory in MLOPS_HOME") from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _spawned(home: Path, port: int, owner: int | None) -> Endpoint:
    log = home / "logs" / "server.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "localcloud", "serve", "--home", str(home), "--port", str(port)]
    with log.open("wb") as output:
        child = subprocess.Popen(
            [*command, *(["--owner", str(owner)] if owner else [])],
            cwd=_CHECKOUT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and child.poll() is None:
        found = status(home).endpoint
        if found is not None:
            return found
        time.sleep(0.1)
    processes.kill_tree(child.pid, grace_s=0)
    _end(home)
    raise StartError(f"{FAILED}{_reason(log)}")


def _reason(log: Path) -> str:
    """Why the server ended, by its log, and where to read the rest."""
    _, said, why = processes.last_lines(log, count=60).rpartition(FAILED)
    return f"{why.strip() if said else f'It did not answer within {START_TIMEOUT_S:.0f} s.'}\nThe whole log is {log}"
