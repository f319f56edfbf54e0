"""One real `mlflow server` on SQLite, on loopback. Clients reach it through the workspaces' ports, which check them."""

import contextlib
import os
import subprocess
import sys
from pathlib import Path

import httpx
import psutil

from localcloud.kernel import loopback
from localcloud.kernel.loopback import LOOPBACK, free_port
from localcloud.kernel.processes import kill_tree, last_lines, spawn, wait_until

START_TIMEOUT_S = 90.0
_ONE_PROBE_S = 2.0
# Set in the server's environment only, so that its own workers are found again after a crash.
_MARK = "LOCALCLOUD_MLFLOW_HOME"


class MlflowServerError(RuntimeError):
    """The server did not start or died. The message carries the end of its log."""


class MlflowServer:
    """An MLflow tracking server and registry whose database, artifacts and log lie under `home`."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.log = home / "logs" / "mlflow.log"
        self.url = ""
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> str:
        """Start and wait until it answers: `http://127.0.0.1:PORT`. Raises MlflowServerError."""
        self.launch()
        return self.wait_ready()

    def launch(self) -> None:
        """Start the process and return at once. Call it from the main thread: see `processes.spawn`."""
        self._end_orphans()
        artifacts = self.home / "mlartifacts"
        artifacts.mkdir(parents=True, exist_ok=True)
        port = free_port()
        command = [
            *(sys.executable, "-m", "mlflow", "server", "--host", LOOPBACK, "--port", str(port), "--workers", "1"),
            *("--backend-store-uri", f"sqlite:///{self.home / 'mlflow.db'}"),
            *("--serve-artifacts", "--artifacts-destination", artifacts.as_uri()),
        ]
        self._process = spawn(
            command,
            log=self.log,
            pid_file=self.home / "run" / "mlflow.pid",
            environ=_environ() | {_MARK: str(self.home)},
            cwd=self.home,
        )
        self.url = f"http://{LOOPBACK}:{port}"

    def wait_ready(self, timeout_s: float = START_TIMEOUT_S) -> str:
        """Wait for the launched server. Raises MlflowServerError if it dies or takes longer than `timeout_s`."""
        settled = wait_until(lambda: self._answers() or not self.alive(), timeout_s=timeout_s)
        if not (settled and self.alive()):
            why = "died while starting" if settled else f"did not answer within {timeout_s:.0f} s"
            self.stop()
            raise MlflowServerError(f"the MLflow server {why}. The end of {self.log}:\n{last_lines(self.log)}")
        return self.url

    def alive(self) -> bool:
        """Whether the process is running."""
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """End the server and its worker. No effect if it is not running."""
        if self._process is not None:
            kill_tree(self._process.pid, grace_s=1.0)
            self._process.wait()
        self._process = None
        self.url = ""
        (self.home / "run" / "mlflow.pid").unlink(missing_ok=True)

    def _end_orphans(self) -> None:
        """Kill workers that a `kill -9` of the local cloud left behind: they hold the database."""
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if process.environ().get(_MARK) == str(self.home):
                    process.kill()

    def _answers(self) -> bool:
        try:
            return loopback.request("GET", f"{self.url}/health", timeout=_ONE_PROBE_S).is_success
        except httpx.HTTPError:
            return False


def _environ() -> dict[str, str]:
    """The server's environment: nothing that would point it at another server, no telemetry, no extra processes."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MLFLOW_", "PYTHONPATH"))}
    return kept | {
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        "PYTHONUNBUFFERED": "1",
    }
