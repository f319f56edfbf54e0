"""One replay of each recording, for the tests of this folder."""

from collections.abc import Callable, Iterator
from pathlib import Path

import mlflow
import pytest

from localcloud.services.jobs.workers import Workers
from localcloud.services.mlflow.server import MlflowServer
from localcloud.services.serving import service
from tests.localcloud.core import Core, leave, start
from tests.localcloud.replay.azure import AzureReplay
from tests.localcloud.replay.databricks import WORKSPACES, Replay
from tests.localcloud.replay.platform import WORKSPACE, PlatformReplay
from tests.localcloud.replay.recording import Asked, azure, databricks, platform
from tests.localcloud.services.serving.world import log_version, mlflow_as
from tests.needs import starts


@pytest.fixture(scope="package")
@starts("mlflow")
def replay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replay]:
    """This repository's own stacks, as the real databricks provider applied and destroyed them."""
    asked = databricks("own-stacks-databricks.jsonl")
    home = tmp_path_factory.mktemp("replay")
    server = MlflowServer(home / "mlflow")
    server.launch()
    core = start(home / "home", WORKSPACES)
    try:
        core.cloud.mlflow_url = server.wait_ready()
        done = Replay(core)
        done.run(asked)
        yield done
    finally:
        leave(core)
        server.stop()


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


# Each with its first request that destroys, if it has one.
PLATFORMS = {
    "databricks-apply-plan-destroy": 154,
    "databricks-apply-update-plan": None,
    "azure-apply-plan-destroy": 401,
}
MODEL, TABLE = "ml.feat.model", "ml.feat.inference"


@pytest.fixture(scope="package")
@starts("mlflow")
def platforms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, PlatformReplay]]:
    """A small platform, as the real providers applied, planned, updated or destroyed it; by the recording's name."""
    recorded = {name: platform(f"{name}.jsonl") for name in PLATFORMS}
    home = tmp_path_factory.mktemp("platforms")
    server, workers = MlflowServer(home / "mlflow"), Workers(home / "workers")
    (home / "workers").mkdir()
    server.launch()
    workers.launch()
    try:
        url, _ = server.wait_ready(), workers.wait_ready()
        yield {name: _replayed(home / name, recorded[name], url, workers) for name in PLATFORMS}
    finally:
        workers.stop()
        server.stop()


def _replayed(home: Path, recorded: list[Asked], mlflow_url: str, workers: Workers) -> PlatformReplay:
    core = start(home, WORKSPACE)
    core.cloud.mlflow_url = mlflow_url
    core.cloud.parts["workers"] = workers
    try:
        done = PlatformReplay(core, f"/Shared/ml/{home.name}", _jobs_of(core, home.name), PLATFORMS[home.name])
        done.run(recorded)
        return done
    finally:
        service.of(core.cloud).stop()
        leave(core)


def _train(core: Core, experiment: str) -> None:
    with mlflow_as(core.url("prod"), core.admin_token):
        mlflow.set_experiment(f"/Shared/ml/training-{experiment}")
        log_version(1, model=MODEL)


def _jobs_of(core: Core, experiment: str) -> Callable[[Asked], None]:
    """What jobs have done before a plan is applied to it: a table is there, a model has versions, and it serves."""

    def do(asked: Asked) -> None:
        if asked.route == f"POST /api/2.1/unity-catalog/tables/{TABLE}/monitor":
            core.table(TABLE)
        elif asked.route == "DELETE /api/2.1/unity-catalog/schemas/ml.feat":
            # Somebody drops what a job made: a schema that is not empty stays.
            core.call("DELETE", f"{core.url('prod')}/api/2.1/unity-catalog/tables/{TABLE}")
        elif asked.route in ("POST /api/2.0/serving-endpoints", "PUT /api/2.0/serving-endpoints/ep/config"):
            _train(core, experiment)
        elif asked.route == "GET /api/2.0/serving-endpoints/ep":
            # The provider asks until it is ready, and each of its questions is recorded once.
            core.admin().serving_endpoints.wait_get_serving_endpoint_not_updating("ep")

    return do
