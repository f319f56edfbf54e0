"""`kill -9` of ingest and features at named points: after the next run every table is as if nothing had happened."""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from tests.ml.killed_stages import POINTS
from tests.ml.lake import Lake
from tests.ml.small import declare, small

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]

# What differs between two runs that do the same: when they ran, and as which run.
_OF_RUNS = {"_loaded_at", "recorded_at", "run_id"}
_OLD = ("applications", "2023-01", ((1, 40), (2, 41), (2, 42))), ("labels", "2023-02", ((1, 0), ("x", 1)))
_NEW = (
    ("applications", "2023-02", ((1, 50), (3, 17), (4, 44))),
    ("labels", "2023-03", ((1, 1), (2, 1), (2, 0), (9, 1), (4, 0))),
)


def _land(lake: Lake, files: tuple[tuple[str, str, tuple[tuple[object, ...], ...]], ...]) -> None:
    for feed, month, records in files:
        lake.land(feed, month, *records)


def _run(root: Path, spark_remote: str, run_id: str, point: str = "") -> int:
    """The exit status of a process that runs the stages."""
    command = [sys.executable, "-m", "tests.ml.killed_stages", str(root), run_id, *([point] if point else [])]
    checkout = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        command,
        cwd=checkout,
        env=os.environ | {"SPARK_REMOTE": spark_remote},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, -signal.SIGKILL), done.stderr[-2000:]
    return done.returncode


def _hashes(lake: Lake) -> dict[str, str]:
    """A hash of the content of every table, ledger included, whatever order its rows and files have."""
    found = {}
    for path in sorted((lake.root / "test").glob("credit_*/*")):
        if not (path / "_delta_log").is_dir():
            continue
        table = f"{path.parent.name.removeprefix('credit_')}.{path.name}"
        names = [name for name in lake.tables.read(f"test.credit_{table}").columns if name not in _OF_RUNS]
        rows = sorted(repr(row) for row in lake.rows(table, *names))
        found[table] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory, spark: SparkSession, spark_remote: str) -> Iterator[Path]:
    """A lake with a month in it, and the next one landed."""
    root = tmp_path_factory.mktemp("base")
    with pytest.MonkeyPatch.context() as patch:
        declare(patch, small())
        lake = Lake(root, spark, patch)
        _land(lake, _OLD)
        assert _run(root, spark_remote, "1") == 0
        _land(lake, _NEW)
        yield root


@pytest.fixture(scope="module")
def undisturbed(
    base: Path, tmp_path_factory: pytest.TempPathFactory, spark: SparkSession, spark_remote: str
) -> dict[str, str]:
    """The hashes of the tables after a run that nobody kills."""
    root = tmp_path_factory.mktemp("undisturbed") / "lake"
    shutil.copytree(base, root)
    assert _run(root, spark_remote, "2") == 0
    with pytest.MonkeyPatch.context() as patch:
        return _hashes(Lake(root, spark, patch))


@pytest.fixture
def lake(base: Path, tmp_path: Path, spark: SparkSession, monkeypatch: pytest.MonkeyPatch) -> Lake:
    """A copy of the base, files with their times."""
    shutil.copytree(base, tmp_path / "lake")
    return Lake(tmp_path / "lake", spark, monkeypatch)


@pytest.mark.parametrize("point", POINTS)
def test_after_a_kill_the_next_run_ends_as_an_undisturbed_one(
    undisturbed: dict[str, str], lake: Lake, spark_remote: str, point: str
) -> None:
    """The process is really killed there, and the tables' content is the same, the ledger's too."""
    assert _run(lake.root, spark_remote, "2", point) == -signal.SIGKILL
    assert _run(lake.root, spark_remote, "3") == 0
    assert len(undisturbed) == 11
    assert _hashes(lake) == undisturbed
