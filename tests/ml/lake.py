"""A whole lake in a folder for one test: landing files in, tables out, through the real door, Spark and Delta."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType

import pytest
from pyspark.sql import SparkSession

from ml import runtime
from ml.declarations import Feed
from ml.ingest import bronze, file_log, forgetting, silver
from ml.ingest.loading import loading
from ml.ingest.silver import Refining
from ml.parameters import Common
from ml.streams.checkpoint import Checkpoint
from ml.tables import Tables
from ml.usecases import use_case
from tests.ml.folder_backend import FolderBackend

CREDIT = use_case("credit")
HEADERS = {feed.name: feed.raw_columns for feed in CREDIT.feeds}


@dataclass(frozen=True)
class Lake:
    """The catalog `test` of use case `credit` under `root`; `states` is where the module keeps what `begin` made."""

    root: Path
    spark: SparkSession
    monkeypatch: pytest.MonkeyPatch
    states: Path | None = None

    @property
    def tables(self) -> Tables:
        """A door of its own, as every task has one."""
        return Tables(self.spark, FolderBackend(self.root))

    def begin(self, state: str, make: Callable[[], object]) -> None:
        """Put this empty lake into `state`, which `make` does; later tests of the module get a copy of its files.

        For tests that begin alike: a table's name, files and log say nothing of the folder that it lies in. The
        declarations must be the same wherever a module names the same state.
        """
        assert self.states is not None, "only the fixture's lake keeps states"
        assert not (self.root / "test").exists(), "a state begins with an empty lake"
        kept = self.states / state
        if not kept.is_dir():
            make()
            # Under its name only once it is whole: a copy that was cut off would be a state of its own.
            shutil.copytree(self.root / "test", kept.with_suffix(".part"))
            kept.with_suffix(".part").rename(kept)
            return
        # With the files' times, by which ingest knows a file that it has loaded.
        shutil.copytree(kept, self.root / "test")

    def folder(self, feed: str) -> Path:
        """The landing folder of a feed."""
        folder = self.root / "test" / "credit_bronze" / "landing" / feed
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def load(self, feed: Feed, run_id: str = "1") -> None:
        """Task `bronze` for one feed, which the use case need not declare."""
        task = Common(use_case=CREDIT, catalog="test", run_id=run_id)
        loaded = loading(self.tables, task, feed, "local")
        found = bronze.load_feed(replace(loaded, people=forgetting.people(loaded.tables, task, loaded.secrets)))
        file_log.require_balance(loaded.tables, task, [loaded.full_name])
        bronze.require_none_refused(found)

    def refine(self, feed: Feed, run_id: str = "1") -> None:
        """Task `silver` for one feed that was loaded."""
        task = Common(use_case=CREDIT, catalog="test", run_id=run_id)
        checkpoint = Checkpoint(self._checkpoints / "silver" / feed.name)
        refining = Refining(tables=self.tables, task=task, feed=feed, checkpoint=checkpoint)
        silver.refine(refining)
        silver.require_balance(refining.tables, [refining])

    @property
    def _checkpoints(self) -> Path:
        return self.root / "test" / "credit_ops" / "checkpoints"

    def land(self, feed: str, month: str, *records: Sequence[object]) -> Path:
        """A file of the feed's header and `records`."""
        lines = [HEADERS[feed], *records]
        target = self.folder(feed) / f"{month}.csv"
        target.write_text("".join(",".join(str(field) for field in line) + "\n" for line in lines))
        return target

    def run(self, task: ModuleType, run_id: str = "1", catalog: str = "test", **flags: str) -> None:
        """Run the task's own `main`, with this lake behind its door; `unmasked_table="x"` is `--unmasked-table x`."""
        self.monkeypatch.setattr(task, "door", lambda: self.tables)
        own = [part for name, value in flags.items() for part in (f"--{name.replace('_', '-')}", value)]
        task.main(["--use-case", "credit", "--catalog", catalog, "--run-id", run_id, *own])

    def rows(self, table: str, *columns: str, catalog: str = "test") -> list[tuple[object, ...]]:
        """The rows of `schema.table` without the use case's prefix, sorted."""
        frame = self.tables.read(f"{catalog}.credit_{table}")
        found = (frame.select(*columns) if columns else frame).collect()
        return sorted(tuple(row) for row in found)

    def versions(self) -> dict[str, int]:
        """The Delta version of every table but the run records."""
        names = [
            f"{path.parent.name}.{path.name}"
            for path in sorted((self.root / "test").glob("credit_*/*"))
            if (path / "_delta_log").is_dir() and path.parent.name != "credit_ops"
        ]
        return {name: self.tables.version(f"test.{name}") for name in names}


@pytest.fixture
def lake(
    spark: SparkSession,
    spark_remote: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> Lake:
    """An empty lake, and the session as a task gets it."""
    monkeypatch.setenv("SPARK_REMOTE", spark_remote)
    # Beside the folders of all tests of the run.
    states = tmp_path.parent / "states" / request.module.__name__
    return Lake(tmp_path, runtime.spark(), monkeypatch, states)


def application(client: object, **other: object) -> list[object]:
    """One valid application of the raw format; `other` sets fields by their raw header."""
    values: dict[str, object] = {
        "ID": client,
        "LIMIT_BAL": 100000,
        "SEX": 2,
        "EDUCATION": 1,
        "MARRIAGE": 1,
        "AGE": 40,
        **{name: 0 for name in HEADERS["applications"] if name.startswith("PAY_") and not name.startswith("PAY_AMT")},
        **{f"BILL_AMT{month}": 5000 for month in range(1, 7)},
        **{f"PAY_AMT{month}": 1000 for month in range(1, 7)},
    } | other
    return [values[name] for name in HEADERS["applications"]]
