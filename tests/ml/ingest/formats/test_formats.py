"""A delivered file is read by its format, compressed or not."""

import gzip
from pathlib import Path

import pytest

from ml.declarations import Csv, JsonLines
from ml.ingest.formats import read
from ml.ingest.formats.record import Record, UnreadableFileError

ROWS = [Record(1, ("1", "a"), None), Record(2, ("2", "b"), None)]


def test_text_may_be_compressed(tmp_path: Path) -> None:
    """The ending says it."""
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"id,note\n1,a\n2,b\n"))
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(b'{"id": 1, "note": "a"}\n{"id": 2, "note": "b"}\n'))
    assert list(read(tmp_path / "a.csv.gz", Csv(), ("id", "note"))) == ROWS
    assert list(read(tmp_path / "a.jsonl.gz", JsonLines(), ("id", "note"))) == ROWS


@pytest.mark.parametrize("damage", ["cut", "overwritten", "no gzip"])
def test_a_damaged_compressed_file_is_refused(tmp_path: Path, damage: str) -> None:
    """An upload that broke off, a bad disk, and text under the wrong name."""
    whole = gzip.compress(b"id,note\n" + b"".join(b"%d,%d\n" % (each, each * 7919) for each in range(10_000)))
    content = {
        "cut": whole[: len(whole) // 2],
        "overwritten": whole[:1000] + bytes(50) + whole[1050:],
        "no gzip": b"id,note\n1,a\n",
    }
    (tmp_path / "a.csv.gz").write_bytes(content[damage])
    with pytest.raises(UnreadableFileError, match="the compressed file is damaged or cut off"):
        list(read(tmp_path / "a.csv.gz", Csv(), ("id", "note")))
