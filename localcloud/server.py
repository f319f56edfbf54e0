"""The process `python -m localcloud serve`: starts every part, says where they are, serves until told to end."""

import logging
import os
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from localcloud.endpoint import Endpoint, pid_file, read_endpoint, write_endpoint
from localcloud.kernel import processes
from localcloud.services.jobs.workers import Workers
from localcloud.services.mlflow.server import MlflowServer
from localcloud.spark.server import SparkServer

if TYPE_CHECKING:
    from localcloud.kernel.cloud import Cloud

_log = logging.getLogger(__name__)
_WATCH_INTERVAL_S = 1.0


class AlreadyServedError(RuntimeError):
    """Another process serves the same directory."""


def serve(home: Path, *, account_port: int = 0, owner: int | None = None) -> None:
    """Serve the local cloud of `home` until SIGTERM, SIGINT, or the end of the process `owner`.

    The slow parts start side by side, from the main thread, since the kernel ends them with the thread that
    started them. Whatever an earlier, killed server of this directory left behind is ended first. Raises
    AlreadyServedError, and what the parts raise.
    """
    _claim(home)
    over = threading.Event()

    def end(number: int, _: object) -> None:
        _log.info("told to end by %s", signal.Signals(number).name)
        over.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    parts = _Parts(home)
    try:
        parts.launch()
        _serve_with(parts, home, account_port, over, psutil.Process(owner) if owner else None)
    finally:
        parts.stop()


def _serve_with(
    parts: "_Parts", home: Path, account_port: int, over: threading.Event, owner: psutil.Process | None
) -> None:
    # These take a second to import, in which the parts already start.
    from localcloud.app import serve as listen  # noqa: PLC0415
    from localcloud.kernel import identity  # noqa: PLC0415
    from localcloud.kernel.cloud import Cloud  # noqa: PLC0415
    from localcloud.kernel.store import Store  # noqa: PLC0415
    from localcloud.services.jobs.runner import Runner  # noqa: PLC0415
    from localcloud.services.serving import service  # noqa: PLC0415

    cloud = Cloud(home=home, store=Store(home / "state.db"))
    # Before the wait: a port in use is known at once. What needs a part that is not ready answers 503.
    listeners = listen(cloud, account_port)
    parts.wait_ready(cloud)
    before = read_endpoint(home)
    token = identity.ensure_admin(cloud, before.admin_token if before else None)
    runner = Runner.attach(cloud, parts.workers)
    serving = service.of(cloud)
    write_endpoint(home, _endpoint(cloud, token))
    while not over.wait(_WATCH_INTERVAL_S) and (owner is None or processes.lives(owner)):
        if parts.revive(cloud):
            write_endpoint(home, _endpoint(cloud, token))
    listeners.close()
    runner.stop()
    serving.stop()


class _Parts:
    """The processes beside this one."""

    def __init__(self, home: Path) -> None:
        self.spark, self.mlflow, self.workers = SparkServer(home), MlflowServer(home), Workers(home)

    def launch(self) -> None:
        self.spark.launch()
        self.workers.launch()
        self.mlflow.launch()

    def wait_ready(self, cloud: "Cloud") -> None:
        self.workers.wait_ready()
        cloud.mlflow_url = self.mlflow.wait_ready()
        cloud.spark_remote = self.spark.wait_ready()

    def revive(self, cloud: "Cloud") -> bool:
        """Start a server that died (of memory, mostly) again; whether one had. The workers see to themselves."""
        dead = [part for part in (self.spark, self.mlflow) if not part.alive()]
        for part in dead:
            _log.error("%s died and is started again; its log is %s", type(part).__name__, part.log)
            part.start()
        cloud.mlflow_url, cloud.spark_remote = self.mlflow.url, self.spark.remote
        return bool(dead)

    def stop(self) -> None:
        for part in (self.workers, self.mlflow, self.spark):
            part.stop()


def _claim(home: Path) -> None:
    """Make this process the one that serves `home`, and end what a killed one left running."""
    other = processes.recorded(pid_file(home))
    if other is not None and other != os.getpid():
        raise AlreadyServedError(f"{home} is served by process {other}. Stop it first: mlops down")
    processes.end_marked(home)
    os.environ[processes.MARK] = str(home)
    pid_file(home).parent.mkdir(parents=True, exist_ok=True)
    processes.write_pid(pid_file(home), os.getpid())


def _endpoint(cloud: "Cloud", token: str) -> Endpoint:
    return Endpoint(
        account_url=f"http://127.0.0.1:{cloud.account_port}",
        admin_token=token,
        spark_remote=cloud.spark_remote,
        mlflow_url=cloud.mlflow_url,
        pid=os.getpid(),
    )
