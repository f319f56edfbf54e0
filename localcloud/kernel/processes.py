"""Child processes that never outlive the local cloud.

On Linux the kernel kills a child when the thread that started it ends, for any reason. On other systems, and for
grandchildren, the process group is recorded in a pid file and killed at the next start.
"""

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import psutil

# gRPC, which Spark's client imports, would restart its threads in a child between fork and exec, and may hang there. It
# reads this variable on import.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "false")

# An environment variable of the local cloud and all its processes: their directory.
MARK = "LOCALCLOUD_HOME"
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with_parent() -> None:
    """Ask the kernel to kill this process when the thread that started it ends. Linux only; elsewhere nothing."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def spawn(
    command: Sequence[str],
    *,
    log: Path,
    pid_file: Path,
    environ: Mapping[str, str],
    cwd: Path,
    pass_fds: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start `command` in its own process group, with its output appended to `log`.

    Call it from a thread that lives as long as the child should, preferably the main one.
    """
    reap(pid_file)
    log.parent.mkdir(parents=True, exist_ok=True)
    pid_file.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        child = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(environ),
            cwd=cwd,
            start_new_session=True,
            pass_fds=tuple(pass_fds),
            preexec_fn=die_with_parent,  # noqa: PLW1509 - one system call, which is safe between fork and exec
        )
    write_pid(pid_file, child.pid)
    return child


def write_pid(pid_file: Path, pid: int) -> None:
    """Record `pid` with its start time, so that a later process with the same number is not mistaken for it."""
    with contextlib.suppress(psutil.NoSuchProcess):
        pid_file.write_text(json.dumps({"pid": pid, "started": psutil.Process(pid).create_time()}), encoding="utf-8")


def recorded(pid_file: Path) -> int | None:
    """The pid in `pid_file` if that exact process still runs, else None."""
    try:
        body = json.loads(pid_file.read_text(encoding="utf-8"))
        process = psutil.Process(body["pid"])
        same = abs(process.create_time() - body["started"]) < 1.0
        return process.pid if same and lives(process) else None
    except (OSError, ValueError, KeyError, psutil.Error):
        return None


def lives(process: psutil.Process) -> bool:
    """Whether that exact process still runs; a zombie does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def reap(pid_file: Path) -> None:
    """Kill the process of `pid_file`, with its group and descendants, and remove the file."""
    pid = recorded(pid_file)
    if pid is not None:
        kill_tree(pid, grace_s=0)
    pid_file.unlink(missing_ok=True)


def kill_tree(pid: int, *, grace_s: float) -> None:
    """End `pid`, its descendants and its process group: SIGTERM first, SIGKILL after `grace_s` seconds."""
    try:
        root = psutil.Process(pid)
        family = [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return
    if grace_s > 0:
        with contextlib.suppress(psutil.NoSuchProcess):
            root.terminate()
        psutil.wait_procs([root], timeout=grace_s)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if os.getpgid(pid) == pid:
            os.killpg(pid, signal.SIGKILL)
    for process in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(family, timeout=5)


def marked(home: Path) -> list[psutil.Process]:
    """Running processes with the mark of `home`, except this one and its ancestors."""
    own = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    return [process for process in psutil.process_iter() if process.pid not in own and _carries(process, home)]


def end_marked(home: Path) -> int:
    """Kill everything that an earlier, killed local cloud of `home` left behind; returns their number."""
    found = marked(home)
    for process in found:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(found, timeout=5)
    return len(found)


def _carries(process: psutil.Process, home: Path) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE and process.environ().get(MARK) == str(home)
    except psutil.Error:
        return False


def last_lines(log: Path, count: int = 20) -> str:
    """The end of a log file, for an error message."""
    if not log.is_file():
        return "(no log was written)"
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-count:])


def wait_until(ready: Callable[[], bool], *, timeout_s: float, poll_s: float = 0.05) -> bool:
    """Call `ready` until it is true. False after `timeout_s` seconds."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if ready():
            return True
        time.sleep(poll_s)
    return False
