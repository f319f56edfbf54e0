"""One replay of each recording, for the tests of this folder."""

from collections.abc import Iterator

import pytest

from localcloud.services.mlflow.server import MlflowServer
from tests.localcloud.core import leave, start
from tests.localcloud.replay.azure import AzureReplay
from tests.localcloud.replay.databricks import WORKSPACES, Replay
from tests.localcloud.replay.recording import azure, databricks
from tests.needs import starts


@pytest.fixture(scope="package")
@starts("mlflow")
def replay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replay]:
    """This repository's own stacks, as the real databricks provider applied and destroyed them."""
    asked = databricks("own-stacks-databricks.jsonl")
    home = tmp_path_factory.mktemp("replay")
    mlflow = MlflowServer(home / "mlflow")
    mlflow.launch()
    core = start(home / "home", WORKSPACES)
    try:
        core.cloud.mlflow_url = mlflow.wait_ready()
        done = Replay(core)
        done.run(asked)
        yield done
    finally:
        leave(core)
        mlflow.stop()


@pytest.fixture(scope="package")
def azure_replay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AzureReplay]:
    """`bootstrap`, `hub` and `prod-platform`, as the real azurerm planned and applied them."""
    asked = azure("own-stacks-azure.jsonl")
    core = start(tmp_path_factory.mktemp("azure") / "home")
    try:
        done = AzureReplay(core)
        done.run(asked)
        yield done
    finally:
        leave(core)
