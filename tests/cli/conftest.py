"""The command line over a served local cloud without Spark and MLflow."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from localcloud.endpoint import Endpoint, pid_file, write_endpoint
from localcloud.kernel import processes
from tests.localcloud.core import Core, leave, start


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Core]:
    """A cloud that this process serves where commands look for it; workspaces dev and prod."""
    home = tmp_path / "generated"
    core = start(home)
    monkeypatch.setenv("MLOPS_HOME", str(tmp_path))
    pid_file(home).parent.mkdir(parents=True)
    processes.write_pid(pid_file(home), os.getpid())
    written = Endpoint(
        account_url=core.account_url, spark_remote="", mlflow_url="", pid=os.getpid(), admin_token=core.admin_token
    )
    write_endpoint(home, written)
    yield core
    # Whoever looks for the server of this directory must not find this process.
    pid_file(home).unlink()
    leave(core)


@pytest.fixture
def commands() -> CliRunner:
    """Runs commands in this process."""
    return CliRunner()
