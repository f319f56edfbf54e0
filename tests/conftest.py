"""Fixtures that start real servers, once per test run."""

import gc
import os
import shutil
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import localcloud.kernel.processes  # noqa: F401 - before gRPC, whose threads must not start in forked children
from tests.needs import starts

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from pyspark.sql import SparkSession

    from localcloud.beside.postgres import Postgres
    from localcloud.endpoint import Endpoint

# The collector would look through what fixtures keep for the whole run again and again, a tenth of all the time.
_COLLECT_AFTER = (50_000, 20, 20)

pytest_plugins = ["pytester", "tests.marks", "tests.skips"]


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is loaded stays to the end of the run, so the garbage collector need not look through it again and again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(*_COLLECT_AFTER)
        gc.enable()


@pytest.fixture(scope="session")
def stacks_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the shipped workspaces, synthesized."""
    from infra.main import synth  # noqa: PLC0415 - starts Node, which other tests do not need

    folder = tmp_path_factory.mktemp("stacks")
    synth(folder)
    return folder


@pytest.fixture(scope="session")
def cloud_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of the shared local cloud: its logs are in `logs/`."""
    return tmp_path_factory.mktemp("cloud-home")


@pytest.fixture(scope="session")
@starts("cloud")
def started_cloud(cloud_home: Path) -> Iterator["Endpoint"]:
    """A running local cloud, empty. It ends with this process, even where that is killed."""
    from localcloud import lifecycle  # noqa: PLC0415

    yield lifecycle.start(cloud_home, owner=os.getpid())
    lifecycle.stop(cloud_home)


@pytest.fixture(scope="session")
def cloud(started_cloud: "Endpoint", cloud_home: Path, stacks_dir: Path) -> "Endpoint":
    """The running local cloud with the shipped stacks loaded: workspaces `dev`, `staging` and `prod`."""
    from localcloud import lifecycle, loader  # noqa: PLC0415

    loader.load(started_cloud, stacks_dir)
    found = lifecycle.status(cloud_home).endpoint
    assert found is not None
    return found


@pytest.fixture(scope="session")
@starts("spark")
def spark_remote(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`sc://…` of one Spark Connect server with Delta: the shared cloud's where a test of the run needs that one."""
    wanted = {name for item in request.session.items for name in getattr(item, "fixturenames", ())}
    if "broker" in wanted:
        # Spark finds the connector when it starts, or not at all.
        request.getfixturevalue("broker_jars")
    if "started_cloud" in wanted:
        yield request.getfixturevalue("started_cloud").spark_remote
        return
    from localcloud.spark.server import SparkServer  # noqa: PLC0415 - runs without Spark do not pay for it

    server = SparkServer(tmp_path_factory.mktemp("spark-home"))
    yield server.start()
    server.stop()


@pytest.fixture(scope="session")
def broker_jars() -> str | None:
    """Fetch what a broker and its clients need; why it cannot be had, or None."""
    from localcloud.spark.jars import BROKER_JARS, KAFKA_JARS  # noqa: PLC0415
    from localcloud.spark.toolchain import ToolchainError, jars_of  # noqa: PLC0415

    try:
        jars_of((*KAFKA_JARS, *BROKER_JARS))
    except ToolchainError as error:
        return str(error)
    return None


@pytest.fixture(scope="session")
@starts("spark")
def broker(broker_jars: str | None, spark_remote: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of one Kafka broker. A test that wants it is skipped if its jars cannot be had."""
    from localcloud.beside.kafka import Broker  # noqa: PLC0415

    if broker_jars:
        pytest.skip("needs Kafka's jars: run `make setup` with the network")
    running = Broker(tmp_path_factory.mktemp("broker"))
    yield running.start()
    running.stop()


@pytest.fixture(scope="session")
@starts("spark")
def postgres() -> Iterator["Postgres"]:
    """One PostgreSQL server. A test that wants it is skipped if the wheel that carries it is not installed."""
    from localcloud.beside.postgres import Postgres, lacking  # noqa: PLC0415

    if why := lacking():
        pytest.skip(why)
    running = Postgres()
    running.start()
    yield running
    running.remove()


@pytest.fixture(scope="session")
def spark(spark_remote: str) -> Iterator["SparkSession"]:
    """A session of the shared Spark server. Tables lie at paths of the test's own: there is one catalog."""
    from pyspark.sql import SparkSession  # noqa: PLC0415

    session = SparkSession.builder.remote(spark_remote).getOrCreate()
    yield session
    session.stop()


@pytest.fixture(scope="module")
@starts("browser")
def browser() -> Iterator["Browser"]:
    """Headless Chromium; skips where the machine has none."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("no Chromium on PATH; install one to test the page in a browser")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-quic"])
        yield opened
        opened.close()


@pytest.fixture
def root() -> Path:
    """The checkout."""
    return Path(__file__).resolve().parent.parent
