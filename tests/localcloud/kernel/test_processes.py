"""Child processes end with their parent, or are found and ended at the next start."""

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from localcloud.kernel.processes import MARK, end_marked, marked, reap, recorded, spawn, wait_until

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]


def _spawn(folder: Path, command: list[str] = SLEEP) -> "subprocess.Popen[bytes]":
    return spawn(command, log=folder / "log", pid_file=folder / "pid", environ=os.environ, cwd=folder)


def _gone(pid: int) -> bool:
    def dead() -> bool:
        return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE

    return wait_until(dead, timeout_s=5)


def test_a_second_start_ends_the_first(tmp_path: Path) -> None:
    """Starting again with the same pid file kills what it recorded."""
    first = _spawn(tmp_path)
    second = _spawn(tmp_path)
    assert _gone(first.pid)
    assert recorded(tmp_path / "pid") == second.pid
    reap(tmp_path / "pid")
    assert _gone(second.pid)
    assert not (tmp_path / "pid").exists()


def test_a_recycled_pid_is_left_alone(tmp_path: Path) -> None:
    """A pid file whose start time is not the living process's names nobody."""
    stranger = subprocess.Popen(SLEEP)
    try:
        (tmp_path / "pid").write_text(f'{{"pid": {stranger.pid}, "started": 1.0}}')
        assert recorded(tmp_path / "pid") is None
        reap(tmp_path / "pid")
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux kills children with their parent")
def test_a_child_dies_with_a_killed_parent(tmp_path: Path) -> None:
    """`kill -9` of the parent takes the child along."""
    code = (
        "import os, sys, time; from pathlib import Path; from localcloud.kernel.processes import spawn\n"
        "folder = Path(sys.argv[1])\n"
        "child = spawn(['sleep', '600'], log=folder / 'log', pid_file=folder / 'pid', environ=os.environ, cwd=folder)\n"
        "print(child.pid, flush=True); time.sleep(600)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    assert _gone(child)


def test_marked_processes_are_ended_and_no_others(tmp_path: Path) -> None:
    """Only the processes that carry this directory's mark are ended."""
    mine = subprocess.Popen(SLEEP, env={**os.environ, MARK: str(tmp_path)})
    other = subprocess.Popen(SLEEP, env={**os.environ, MARK: str(tmp_path / "other")})
    try:
        assert [process.pid for process in marked(tmp_path)] == [mine.pid]
        assert end_marked(tmp_path) == 1
        assert _gone(mine.pid)
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_grpc_leaves_children_alone_between_fork_and_exec(tmp_path: Path) -> None:
    """It says on standard error what it does there, or that it could not: with Spark's client nothing is said."""
    code = (
        "import os, sys; from concurrent import futures; from pathlib import Path\n"
        "from localcloud.kernel.processes import spawn\n"
        "import grpc\n"
        "server = grpc.server(futures.ThreadPoolExecutor(2)); port = server.add_insecure_port('127.0.0.1:0')\n"
        "server.start(); channel = grpc.insecure_channel(f'127.0.0.1:{port}')\n"
        "grpc.channel_ready_future(channel).result(30)\n"
        "folder = Path(sys.argv[1])\n"
        "for _ in range(5):\n"
        "    spawn(['true'], log=folder / 'log', pid_file=folder / 'pid', environ=os.environ, cwd=folder).wait(30)\n"
        "os._exit(0)\n"
    )
    environ = {name: value for name, value in os.environ.items() if name != "GRPC_ENABLE_FORK_SUPPORT"}
    command = [sys.executable, "-c", code, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environ)
    assert (done.returncode, done.stderr, (tmp_path / "log").read_text()) == (0, "", "")
