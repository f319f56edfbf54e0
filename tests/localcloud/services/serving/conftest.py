"""A local cloud with real parts: REST over sockets, an MLflow server, forked model workers."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.localcloud.services.serving.world import World, open_mlflow, open_world
from tests.needs import starts


@pytest.fixture(scope="package")
@starts("mlflow")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One local cloud for all tests of serving, with model versions 1 to 3 of `prod.credit_ops.risk`."""
    home: Path = tmp_path_factory.mktemp("serving-home")
    with open_mlflow(home) as server, open_world(home, server) as found:
        found.log_models()
        yield found
