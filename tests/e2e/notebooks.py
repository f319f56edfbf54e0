"""Notebooks of `notebooks/`, brought to dev by the branch and run there once, with the rights of who runs them."""

import json
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from databricks.sdk import WorkspaceClient
from databricks.sdk.service.compute import ClusterSpec, Library
from databricks.sdk.service.jobs import NotebookTask, RunOutput, SubmitTask

from cli.branches import Built, own_folder, synced
from infra.names import policy
from infra.spec import GitFolder
from infra.wheel import build_wheel
from localcloud.kernel import loopback
from tests.e2e.conftest import Mlops

ROOT = Path(__file__).resolve().parents[2]
DECLARED = GitFolder(url="https://github.com/example-org/mlops.git", branch="main", can_read=())
_POLICY = policy("cpu_single_node")
_LONGEST_S = 600


class NotebookFailedError(RuntimeError):
    """The notebook did not end well; the message is its error."""


@dataclass(frozen=True, kw_only=True)
class Branch:
    """What `mlops branch` leaves in dev for one principal: the notebooks of a commit, and its wheel."""

    client: WorkspaceClient
    folder: str
    wheel: str

    def run(self, name: str, **values: str) -> dict[str, Any]:
        """Run a notebook on a cluster of the policy that data scientists have; what it exits with.

        Raises NotebookFailedError.
        """
        [limits] = [each for each in self.client.cluster_policies.list() if each.name == _POLICY]
        runtime = json.loads(str(limits.definition))["spark_version"]["defaultValue"]
        task = SubmitTask(
            task_key=name,
            notebook_task=NotebookTask(notebook_path=f"{self.folder}/notebooks/{name}", base_parameters=values),
            new_cluster=ClusterSpec(
                policy_id=limits.policy_id, spark_version=runtime, num_workers=0, apply_policy_default_values=True
            ),
            libraries=[Library(whl=self.wheel)],
        )
        run_id = self.client.jobs.submit(run_name=name, tasks=[task]).run_id
        said = self._output(int(run_id))
        if said.error or said.notebook_output is None:
            raise NotebookFailedError(said.error or "it ended without a word")
        found: dict[str, Any] = json.loads(str(said.notebook_output.result))
        return found

    def _output(self, run_id: int) -> RunOutput:
        deadline_s = time.monotonic() + _LONGEST_S
        while True:
            run = self.client.jobs.get_run(run_id)
            if run.state and run.state.result_state:
                assert run.tasks
                return self.client.jobs.get_run_output(int(run.tasks[0].run_id or 0))
            assert time.monotonic() < deadline_s, "the notebook did not end"
            time.sleep(0.2)


def branch_of(mlops: Mlops, principal: str, folder: Path) -> Branch:
    """The notebooks of this checkout as a branch that `principal` brings to dev. `folder` becomes the remote."""
    folder.mkdir(exist_ok=True)
    for name in sorted((ROOT / "notebooks").glob("*.py")):
        target = folder / "notebooks" / name.name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(name.read_bytes())
    _git(folder, "init", "-q", "-b", "main")
    _git(folder, "add", ".")
    _git(folder, "commit", "-q", "-m", "notebooks")
    found = mlops.endpoint()
    with loopback.client(timeout=60, headers={"Authorization": f"Bearer {found.admin_token}"}) as http:
        remote = {"url": DECLARED.url, "path": str(folder)}
        http.put(f"{found.account_url}/local/git-remotes", json=remote).raise_for_status()
        answer = http.post(f"{found.account_url}/local/tokens", json={"as": principal}).raise_for_status()
    client = WorkspaceClient(host=found.workspaces["dev"], token=answer.json()["token"], auth_type="pat")
    built = Built(wheel=build_wheel(), commit=_git(folder, "rev-parse", "HEAD"))
    made = synced(client, DECLARED, "main", own_folder(client, "main"), built)
    return Branch(client=client, folder=made.folder, wheel=made.wheel)


def _git(folder: Path, *words: str) -> str:
    who = ["-c", "user.name=ann", "-c", "user.email=ann@example.com"]
    done = subprocess.run(["git", *who, "-C", str(folder), *words], check=True, capture_output=True, text=True)
    return done.stdout.strip()
