"""Fixtures that start real servers, once per test run."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


@pytest.fixture(scope="session")
def spark_remote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`sc://…` of one Spark Connect server with Delta, shared by the whole run."""
    from localcloud.spark_server import SparkServer  # noqa: PLC0415 - runs without Spark do not pay for it

    server = SparkServer(tmp_path_factory.mktemp("spark-home"))
    yield server.start()
    server.stop()


@pytest.fixture(scope="session")
def spark(spark_remote: str) -> Iterator["SparkSession"]:
    """A session of the shared Spark server. Tables lie at paths of the test's own: there is one catalog."""
    from pyspark.sql import SparkSession  # noqa: PLC0415

    session = SparkSession.builder.remote(spark_remote).getOrCreate()
    yield session
    session.stop()


@pytest.fixture
def root() -> Path:
    """The checkout."""
    return Path(__file__).resolve().parent.parent
