"""The demo as a newcomer runs it, once for all tests of this folder, where neither Java nor Node is on PATH."""

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from databricks.sdk.service.jobs import RunLifeCycleState

from tests.needs import starts

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

    from localcloud.endpoint import Endpoint

# What a machine on which nothing was installed by hand lacks.
_ABSENT = {"java", "javac", "node", "nodejs", "npm", "npx", "terraform", "cdktf"}
_HIDDEN = ("JAVA_HOME", "JSII_NODE", "SPARK_REMOTE", "SPARK_HOME", "PYTHONPATH")
_MOMENT_S = 240


@dataclass(frozen=True)
class Mlops:
    """The `mlops` command with its own local clouds and its own PATH."""

    command: Path
    env: dict[str, str]

    def __call__(self, *arguments: str, ok: bool = True) -> subprocess.CompletedProcess[str]:
        """Run it to its end; `ok` asserts that it succeeds."""
        done = subprocess.run([self.command, *arguments], env=self.env, capture_output=True, text=True, check=False)
        assert not ok or done.returncode == 0, done.stderr[-4000:]
        return done

    def sql(self, statement: str, env: str = "prod", **options: str) -> list[dict[str, Any]]:
        """The rows that a statement answers."""
        flags = [flag for name, value in options.items() for flag in (f"--{name.rstrip('_')}", value)]
        rows: list[dict[str, Any]] = json.loads(self("sql", "--env", env, "--format", "json", *flags, statement).stdout)
        return rows

    def home(self) -> Path:
        """The directory of the local cloud in use."""
        clouds = Path(self.env["MLOPS_HOME"])
        return clouds / (clouds / "current").read_text().strip()

    def endpoint(self) -> "Endpoint":
        """Where the local cloud answers."""
        from localcloud import lifecycle  # noqa: PLC0415

        found = lifecycle.status(self.home()).endpoint
        assert found is not None
        return found

    def client(self, env: str = "prod") -> "WorkspaceClient":
        """The SDK as the admin of a workspace."""
        from databricks.sdk import WorkspaceClient  # noqa: PLC0415 - takes half a second

        found = self.endpoint()
        return WorkspaceClient(host=found.workspaces[env], token=found.admin_token, auth_type="pat")

    def running(self, task_key: str) -> bool:
        """Whether a process runs this task in prod."""
        runs = self.client().jobs.list_runs(active_only=True, expand_tasks=True)
        tasks = [task for run in runs for task in run.tasks or [] if task.task_key == task_key]
        begun = [task for task in tasks if task.state and task.state.life_cycle_state is RunLifeCycleState.RUNNING]
        return any((self.home() / "runs" / str(task.run_id) / "log").exists() for task in begun)

    def killed(self, moment: Callable[[], bool], *arguments: str) -> None:
        """Start a command, and end the local cloud with `kill -9` at that moment of it."""
        command = subprocess.Popen(
            [self.command, *arguments], env=self.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline_s = time.monotonic() + _MOMENT_S
        while not moment():
            assert command.poll() is None, "the command was over before the moment came"
            assert time.monotonic() < deadline_s, "the moment did not come"
            time.sleep(0.05)
        os.kill(json.loads((self.home() / "endpoint.json").read_text())["pid"], signal.SIGKILL)
        assert command.wait(timeout=120) != 0


@pytest.fixture(scope="session")
@starts("e2e")
def mlops(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mlops]:
    """The command, with a `PATH` that has what this machine's has, but neither Java nor Node nor Terraform."""
    tools = tmp_path_factory.mktemp("tools")
    folders = [Path(folder) for folder in os.environ["PATH"].split(os.pathsep) if Path(folder).is_dir()]
    for program in (program for folder in folders for program in folder.iterdir()):
        link = tools / program.name
        if program.name not in _ABSENT and not link.is_symlink():
            link.symlink_to(program)
    assert shutil.which("java", path=str(tools)) is None
    kept = {name: value for name, value in os.environ.items() if name not in _HIDDEN}
    env = kept | {"PATH": str(tools), "MLOPS_HOME": str(tmp_path_factory.mktemp("clouds"))}
    command = Mlops(Path(__file__).resolve().parents[2] / "bin" / "mlops", env)
    yield command
    command("down", ok=False)


@pytest.fixture(scope="session")
def demo(mlops: Mlops) -> dict[str, list[dict[str, Any]]]:
    """What `mlops demo credit` says at its end, on generated data and from nothing."""
    sections: dict[str, list[dict[str, Any]]] = json.loads(mlops("demo", "credit", "--format", "json").stdout)
    return sections
