"""The seam between Auto Loader and a listing."""

from pathlib import Path

import pytest
from pyspark.sql.types import StructType

from ml.declarations import Column, Discovery, Feed, Layer, Source, Table
from ml.ingest.arrivals import AUTO_LOADER, arrived, notified, options, present, told
from ml.ingest.loading import Loading, loading
from ml.parameters import Common
from ml.streams.deliveries import listed
from tests.ml.lake import CREDIT, Lake

NOTES = Feed(
    name="notes",
    silver=Table(
        name="notes",
        layer=Layer.SILVER,
        owner="owners",
        comment="One row per note.",
        keys=("note_id",),
        columns=(
            Column(name="note_id", type="string", comment="Which."),
            Column(name="known_month", type="date", comment="When it became known."),
        ),
    ),
    period_column="known_month",
    source=Source(discovery=Discovery.AUTO_LOADER),
)
# What Auto Loader gives of whole files, as Spark's own source of them does.
WHOLE_FILES = "path string, modificationTime timestamp, length bigint, content binary"


def _loading(lake: Lake) -> Loading:
    return loading(lake.tables, Common(use_case=CREDIT, catalog="test", run_id="1"), NOTES)


def _land(lake: Lake, name: str, content: str) -> Path:
    path = lake.folder("notes") / name
    path.write_text(content)
    return path


class Reader:
    """Stands for a session's `readStream`: notes what it is asked for."""

    def __init__(self) -> None:
        self.asked: list[object] = []

    @property
    def readStream(self) -> "Reader":  # noqa: N802 - Spark's name
        """Itself."""
        return self

    def format(self, name: str) -> "Reader":
        """Note the format."""
        self.asked.append(name)
        return self

    def options(self, **given: str) -> "Reader":
        """Note the options."""
        self.asked.append(given)
        return self

    def load(self, path: str) -> "Reader":
        """Note the folder."""
        self.asked.append(path)
        return self


def test_auto_loader_is_asked_for_changed_files_too() -> None:
    """A file that changed under its name is a delivery, and files from before the first run are."""
    reader = Reader()
    notified(reader, Path("/Volumes/a/b/landing/notes"))  # type: ignore[arg-type]
    assert reader.asked == [AUTO_LOADER, options(), "/Volumes/a/b/landing/notes"]
    assert options() == {
        "cloudFiles.format": "binaryFile",
        "cloudFiles.includeExistingFiles": "true",
        "cloudFiles.allowOverwrites": "true",
    }


def test_both_shapes_give_the_same_deliveries(lake: Lake) -> None:
    """A stream of Spark's own brings Auto Loader's columns here. Each run tells of what is new, none is forgotten."""
    loading = _loading(lake)
    for name in ("2024-01.csv", "2024 02.csv", ".upload", "_SUCCESS"):
        _land(lake, name, "note_id\n1\n")

    def stream() -> list[tuple[str, int]]:
        files = lake.spark.readStream.format("binaryFile").schema(WHOLE_FILES).load(str(loading.landing))
        return [(each.name, each.size_bytes) for each in arrived(loading, files)]

    def listing() -> list[tuple[str, int]]:
        return [(each.name, each.size_bytes) for each in listed(loading.landing)]

    assert stream() == listing() == [("2024 02.csv", 10), ("2024-01.csv", 10)]
    _land(lake, "2024-03.csv", "note_id\n22\n")
    assert stream() == listing()
    assert lake.tables.read("test.credit_ops.ingest_arrivals").count() == 3


def test_a_file_that_changed_is_told_of_as_it_is_now(lake: Lake) -> None:
    """Auto Loader tells of it again; the newest time of change counts, and it is a time that a listing gives too."""
    loading = _loading(lake)
    path = _land(lake, "2024-01.csv", "note_id\n1\n")
    seen = path.stat()
    rows = [(f"dbfs:{path}", seen.st_mtime, 10), (f"dbfs:{path}", seen.st_mtime + 60, 12)]
    frame = lake.spark.createDataFrame(rows, "path string, at double, length bigint").selectExpr(
        "path",
        "timestamp_micros(bigint(at * 1000000)) AS modificationTime",
        "length",
        "CAST(NULL AS binary) AS content",
    )
    assert frame.schema.simpleString() == StructType.fromDDL(WHOLE_FILES).simpleString()
    found = told(frame, loading).orderBy("changed_ns").collect()
    assert [(row["feed"], row["name"], row["size_bytes"]) for row in found] == [
        ("notes", "2024-01.csv", 10),
        ("notes", "2024-01.csv", 12),
    ]
    assert abs(found[0]["changed_ns"] - seen.st_mtime_ns) <= 1000


def test_elsewhere_than_on_databricks_the_folder_is_listed(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Though the declaration allows Auto Loader; the local cloud names a runtime too."""
    monkeypatch.setenv("DATABRICKS_RUNTIME_VERSION", "client.5.0")
    _land(lake, "2024-01.csv", "note_id\n1\n")
    loading = _loading(lake)
    assert present(loading) == listed(loading.landing)
