"""Predictions as files: parts, and a manifest that is the commit."""

import csv
import hashlib
from pathlib import Path
from typing import Any

import pytest

from ml.declarations import FilesFormat
from ml.sinks import files
from ml.sinks.files import FilesSink, committed
from ml.sinks.sink import Batch, event_id
from tests.ml.lake import Lake
from tests.ml.sinks.scored import TABLE, frame

FIRST, SECOND = Batch(stream="s", number=0), Batch(stream="s", number=1)


def _content(folder: Path) -> dict[str, str]:
    """The hash of every file but Spark's own marks, by path."""
    found = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith((".", "_")))
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def _read(lake: Lake, folder: Path, kind: FilesFormat) -> list[tuple[Any, ...]]:
    """The rows of the parts that manifests name, as a reader of Spark's finds them."""
    paths = [str(folder / part["path"]) for manifest in committed(folder) for part in manifest["parts"]]
    kinds = ", ".join(f"`{one['name']}` {one['type']}" for one in next(committed(folder))["columns"])
    options = {"header": "true", "escape": '"'} if kind is FilesFormat.CSV else {}
    rows = lake.spark.read.format(kind).schema(kinds).options(**options).load(paths)
    return sorted(tuple(row) for row in rows.collect())


def _expected(lake: Lake, clients: range) -> list[tuple[Any, ...]]:
    rows = frame(lake, clients)
    return sorted(tuple(row) for row in rows.select(event_id(TABLE), "*").collect())


@pytest.mark.parametrize("kind", FilesFormat)
def test_what_manifests_name_is_what_was_written_and_a_replay_changes_no_byte(
    lake: Lake, tmp_path: Path, kind: FilesFormat
) -> None:
    """Values come back exactly: times to the microsecond, nulls, quotes. Each manifest has rows, bytes and hashes."""
    folder = tmp_path / "exports"
    sink = FilesSink(TABLE, folder, kind)
    sink.write(frame(lake, range(1, 6)), FIRST)
    sink.write(frame(lake, range(6, 9)), SECOND)
    assert _read(lake, folder, kind) == _expected(lake, range(1, 9))
    manifests = list(committed(folder))
    assert [(each["stream"], each["batch"], each["rows"], each["format"]) for each in manifests] == [
        ("s", 0, 5, kind),
        ("s", 1, 3, kind),
    ]
    for part in (part for each in manifests for part in each["parts"]):
        written = (folder / part["path"]).read_bytes()
        assert (part["bytes"], part["sha256"]) == (len(written), hashlib.sha256(written).hexdigest())
    before = _content(folder)
    sink.write(frame(lake, range(1, 6)), FIRST)
    assert _content(folder) == before


def test_csv_is_what_other_programs_read(lake: Lake, tmp_path: Path) -> None:
    """A header, quotes doubled, ISO 8601 in UTC; a null is nothing between two commas."""
    FilesSink(TABLE, tmp_path / "exports", FilesFormat.CSV).write(frame(lake, [1]), FIRST)
    (manifest,) = committed(tmp_path / "exports")
    (part,) = [part for part in manifest["parts"] if part["rows"]]
    with (tmp_path / "exports" / part["path"]).open(newline="", encoding="utf-8") as opened:
        (row,) = csv.DictReader(opened)
    assert row.pop("event_id") == lake.spark.range(1).crossJoin(frame(lake, [1])).select(event_id(TABLE)).first()[0]
    assert row == {
        "client_id": "1",
        "application_month": "2024-01-01",
        "model_version": "1",
        "model": "test.credit_ops.default_risk",
        "probability": "0.001",
        "run_id": 'a "quoted", \\ run',
        "scored_at": "2024-02-01T12:30:15.123457Z",
        "features_hash": "",
    }


def test_parts_without_a_manifest_count_for_nothing_and_are_written_anew(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between the parts and the manifest, and in the middle of the manifest: then once more, whole."""
    folder = tmp_path / "exports"
    sink, rows = FilesSink(TABLE, folder, FilesFormat.PARQUET), frame(lake, range(1, 4))

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(files, "_commit", killed)
        with pytest.raises(KeyboardInterrupt):
            sink.write(rows, FIRST)
    assert list(committed(folder)) == []
    (folder / "manifests").mkdir()
    (folder / "manifests" / "s-0.json").write_text('{"stream": "s", "par')
    assert list(committed(folder)) == []
    (cut_off,) = (folder / "batches").iterdir()
    sink.write(rows, FIRST)
    assert _read(lake, folder, FilesFormat.PARQUET) == _expected(lake, range(1, 4))
    assert not cut_off.exists()
