"""A healthy local cloud with prod's stacks, and a way to put it back after a fault was injected."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cli.doctor.check import Line
from cli.doctor.checks import CHECKS
from cli.doctor.deployed_environment import DeployedEnvironment
from cli.doctor.examine import examine
from infra.main import WORKSPACES
from infra.spec import load
from localcloud import loader
from localcloud.endpoint import Endpoint
from localcloud.services.mlflow.server import MlflowServer
from tests.localcloud.core import Core, start, stop
from tests.needs import starts

Examined = Callable[..., dict[str, list[Line]]]


@pytest.fixture(scope="package")
@starts("mlflow")
def deployed_core(stacks_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Core]:
    """A local cloud without Spark, with the account's and prod's stacks of phase one."""
    home = tmp_path_factory.mktemp("doctor")
    server = MlflowServer(home)
    server.start()
    core = start(home)
    core.cloud.mlflow_url = server.url
    endpoint = Endpoint(
        account_url=core.account_url, admin_token=core.admin_token, spark_remote="", mlflow_url="", pid=0
    )
    loader.load(endpoint, stacks_dir, ["account", "prod-rights", "prod-workspace", "prod-ml"])
    yield core
    stop(core)
    server.stop()


@pytest.fixture
def core(deployed_core: Core) -> Iterator[Core]:
    """`deployed_core`, as it was: what a test changes in the state is put back."""
    kept = sqlite3.connect(":memory:", check_same_thread=False)
    deployed_core.cloud.store._connection.backup(kept)
    yield deployed_core
    kept.backup(deployed_core.cloud.store._connection)
    kept.close()


@pytest.fixture
def deployed(core: Core, stacks_dir: Path) -> DeployedEnvironment:
    """prod, asked by its administrator."""
    spec = load(WORKSPACES)
    [prod] = [each for each in spec.environments if each.name == "prod"]
    return DeployedEnvironment(spec=spec, environment=prod, workspace=core.admin(), stacks=stacks_dir)


@pytest.fixture
def examined(deployed: DeployedEnvironment) -> Examined:
    """Runs all checks, or those of the names; the lines by check."""

    def run(*named: str, who: DeployedEnvironment = deployed) -> dict[str, list[Line]]:
        chosen = [check for check in CHECKS if not named or check.name in named]
        found: dict[str, list[Line]] = {}
        for line in examine(who, chosen):
            found.setdefault(line.check, []).append(line)
        return found

    return run
