"""An update of a pipeline's source by the local cloud's runner, with tables under a folder instead of its REST."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyspark
from pyspark.sql import DataFrame

from localcloud.services.pipelines.declared import MODULE, Declared
from localcloud.services.pipelines.updating import Update
from ml.tables import Tables
from tests.ml.lake import Lake


@dataclass(frozen=True)
class Folder:
    """The pipeline's tables under a folder; others through the test's door."""

    tables: Tables
    root: Path
    kept: dict[str, DataFrame] = field(default_factory=dict)

    def read(self, full_name: str) -> DataFrame:
        """The rows of a table of the jobs."""
        return self.tables.read(full_name)

    def keep(self, name: str, rows: DataFrame, comment: str) -> DataFrame:
        """Write a table of the pipeline; returns its rows as written."""
        assert comment, "every dataset says what it holds"
        rows.write.format("delta").mode("overwrite").save(str(self.root / name))
        self.kept[name] = self.tables.spark.read.format("delta").load(str(self.root / name))
        return self.kept[name]


@contextmanager
def _imported(declared: Declared) -> Iterator[None]:
    """`pyspark.pipelines` as the local cloud makes it."""
    module = declared.module()
    sys.modules[MODULE] = module
    pyspark.pipelines = module
    try:
        yield
    finally:
        del sys.modules[MODULE], pyspark.pipelines


def update(lake: Lake, source: str) -> tuple[Folder, dict[str, Any]]:
    """Run the source of a pipeline; its tables, and its events by dataset."""
    declared, events = Declared(), dict[str, Any]()
    folder = Folder(lake.tables, lake.root / "pipeline")
    with _imported(declared):
        exec(compile(source, "credit.py", "exec"), {"__name__": "credit"})
        Update(
            declared,
            ("test", "credit_pipeline"),
            folder,
            lambda event: events.update({event["origin"]["dataset_name"]: event}),
        ).run()
    return folder, events
