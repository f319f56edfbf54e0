"""A folder of stacks and a served cloud without Spark and MLflow."""

from pathlib import Path

import pytest

from tests.localcloud.core import Core
from tests.localcloud.loader.stacks import Stacks


@pytest.fixture
def stacks(core: Core, tmp_path: Path) -> Stacks:
    """An empty folder, to write stacks to and load from."""
    folder = tmp_path / "cdktf.out"
    folder.mkdir()
    return Stacks(core=core, folder=folder)
