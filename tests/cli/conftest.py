"""The command line over a served local cloud without MLflow, and without Spark but for `house`."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from localcloud.endpoint import Endpoint, pid_file, write_endpoint
from localcloud.kernel import processes
from tests.localcloud.core import Core, leave, start

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


@contextmanager
def serving(folder: Path, patch: pytest.MonkeyPatch) -> Iterator[Core]:
    """A cloud that this process serves where commands look for it; workspaces dev and prod."""
    home = folder / "generated"
    core = start(home)
    patch.setenv("MLOPS_HOME", str(folder))
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
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Core]:
    """A cloud of the test's own."""
    with serving(tmp_path, monkeypatch) as core:
        yield core


@pytest.fixture(scope="module")
def house(spark: "SparkSession", spark_remote: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Core]:
    """A cloud of the module's own whose warehouse answers, with the catalog prod."""
    del spark
    with pytest.MonkeyPatch.context() as patch, serving(tmp_path_factory.mktemp("house"), patch) as core:
        core.cloud.spark_remote = spark_remote
        core.admin().catalogs.create("prod")
        yield core


@pytest.fixture
def commands() -> CliRunner:
    """Runs commands in this process."""
    return CliRunner()
