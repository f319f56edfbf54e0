"""A company that took this repository: its own remote and checkout, with one use case, and a local cloud for Azure."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from localcloud import loader
from localcloud.endpoint import Endpoint, pid_file, write_endpoint
from localcloud.kernel import processes
from localcloud.services.mlflow.server import MlflowServer
from tests.e2e.conftest import Mlops
from tests.e2e.rehearsal.checkout import USE_CASE, clone, git, variables
from tests.e2e.rehearsal.run import Done, play
from tests.e2e.rehearsal.steps import steps
from tests.e2e.victim import Victim
from tests.localcloud.core import start, stop

_NOT_DEPLOYED = ("-masks", "-serving")
# What is no step of delivery, or is tested by itself: it would only take time here.
_LEFT_OUT = {"setup", "lint", "types", "pipelines", "manifests", "synth-check", "test", "look-docs"}


@dataclass
class Company:
    """`checkout` is where its pipelines run; `victim` knows who is live in prod."""

    checkout: Path
    victim: Victim

    @classmethod
    def founded(cls, mlops: Mlops, folder: Path) -> "Company":
        """With `main` on a remote, the first deployment done by hand, and prod's history ingested."""
        mine = cls._settled(mlops, folder)
        mine.victim.mlops("up")
        mine._keep_deployed()
        mine.victim.land()
        mine.victim.land("staging")
        mine.victim.mlops("run", f"{USE_CASE}-ingest", "--env", "prod")
        return mine

    @classmethod
    @contextmanager
    def without_spark(cls, mlops: Mlops, folder: Path) -> Iterator["Company"]:
        """The same, on a cloud in this process that runs no jobs: what is deployed is all there."""
        mine = cls._settled(mlops, folder)
        home = folder / "clouds" / "generated"
        home.mkdir()
        server = MlflowServer(home)
        server.start()
        core = start(home, {})
        core.cloud.mlflow_url = server.url
        mine.victim.mlops("synth")
        endpoint = Endpoint(
            account_url=core.account_url,
            admin_token=core.admin_token,
            spark_remote="",
            mlflow_url=server.url,
            pid=os.getpid(),
        )
        loader.load(endpoint, mine.checkout / "cdktf.out")
        mine._keep_deployed()
        write_endpoint(home, endpoint)
        pid_file(home).parent.mkdir(exist_ok=True)
        processes.write_pid(pid_file(home), os.getpid())
        yield mine
        stop(core)
        server.stop()

    @classmethod
    def _settled(cls, mlops: Mlops, folder: Path) -> "Company":
        """Checkout, remote and environment; nothing is deployed."""
        checkout, state = folder / "checkout", folder / "state"
        state.mkdir()
        clone(checkout, folder / "remote.git")
        env = {**mlops.env, **variables(checkout, state), "MLOPS_HOME": str(folder / "clouds")}
        victim = Victim(mlops=replace(mlops, command=checkout / ".venv" / "bin" / "mlops", env=env), folder=folder)
        (folder / "clouds").mkdir()
        (folder / "clouds" / "current").write_text("generated\n")
        return cls(checkout=checkout, victim=victim)

    def _keep_deployed(self) -> None:
        for stack in (self.checkout / "cdktf.out" / "stacks").iterdir():
            if not stack.name.endswith(_NOT_DEPLOYED):
                shutil.copy(
                    stack / "cdk.tf.json", Path(self.victim.mlops.env["REHEARSAL_STATE"]) / f"{stack.name}.json"
                )

    def edit(self, file: str, was: str, now: str) -> None:
        """Replace the one place in a file of the checkout."""
        path = self.checkout / file
        text = path.read_text(encoding="utf-8")
        assert text.count(was) == 1, f"{file}: {was}"
        path.write_text(text.replace(was, now), encoding="utf-8")

    def merge(self, what: str) -> None:
        """Commit what was edited to main, with a line in the changelog, and push it."""
        self.edit("CHANGELOG.md", "## Unreleased\n", f"## Unreleased\n- {what}\n")
        git(self.checkout, "commit", "--quiet", "--all", "--message", what)
        git(self.checkout, "push", "--quiet", "origin", "main")

    def release(self, version: str) -> dict[str, Any]:
        """Cut and push it; its record."""
        self.victim.mlops("release", version)
        git(self.checkout, "push", "--quiet", "--atomic", "--follow-tags", "origin", "main")
        file = self.checkout / "releases" / f"v{version}" / "release.json"
        found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return found

    def play(
        self,
        system: str,
        pipeline: str,
        *,
        jobs: tuple[str, ...],
        without: tuple[str, ...] = (),
        lost_after: str = "",
    ) -> list[Done]:
        """The steps of some jobs of a pipeline, `without` those that call make so."""
        planned = [
            step for step in steps(system, pipeline, env="prod") if step.job in jobs and step.made not in without
        ]
        env = self.victim.mlops.env
        return play(planned, self.checkout, env, leaves_out=_kept, lost_after=lost_after)

    def by_hand(self, command: str) -> None:
        """What somebody runs in the checkout."""
        ran = subprocess.run(
            ["bash", "-euc", command],
            cwd=self.checkout,
            env=self.victim.mlops.env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout[-2000:] + ran.stderr[-2000:]

    def wheels(self, env: str) -> set[str]:
        """The paths of this project's wheel that the jobs of an environment name."""
        client = self.victim.mlops.client(env)
        jobs = [client.jobs.get(job.job_id or 0).settings for job in client.jobs.list()]
        tasks = [task for job in jobs if job for task in job.tasks or []]
        named = {str(library.whl) for task in tasks for library in task.libraries or []}
        return {path for path in named if "/mlops_ml-" in path}


def _kept(command: str) -> str:
    """The command without the targets that are left out; empty if none is left."""
    return "\n".join(map(_line, command.splitlines())).strip()


def _line(line: str) -> str:
    words = [word for word in line.split() if word not in _LEFT_OUT]
    if words[:1] != ["make"]:
        return line
    return " ".join(words) if any("=" not in word for word in words[1:]) else ""
