"""One MLflow server, and one registry on it, for the tests of this folder."""

from collections.abc import Iterator

import pytest

from localcloud.services.mlflow.server import MlflowServer
from tests.localcloud.services.mlflow.world import Registry, opened
from tests.needs import starts


@pytest.fixture(scope="package")
@starts("mlflow")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MlflowServer]:
    """One MLflow server."""
    running = MlflowServer(tmp_path_factory.mktemp("mlflow"))
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="package")
def registry(server: MlflowServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """Training made version 1 of a model that promotion owns and scoring may execute."""
    with opened(tmp_path_factory.mktemp("registry"), server.url) as made:
        yield made
