"""A feed of binary files, from the landing folder to silver and quarantine."""

from pathlib import Path

from ml.declarations import Binary, Column, Feed, Layer, PeriodFrom, Source, Table
from tests.ml.lake import Lake

FOLDER = "/Volumes/test/credit_bronze/landing/scans"
SCANS = Feed(
    name="scans",
    silver=Table(
        name="scans",
        layer=Layer.SILVER,
        owner="owners",
        comment="One row per scan.",
        keys=("path", "sha256"),
        columns=(
            Column(name="path", type="string", comment="Where it lies."),
            Column(name="size_bytes", type="bigint", comment="Its size.", unit="bytes"),
            Column(name="sha256", type="string", comment="Of its bytes."),
            Column(name="changed_at", type="timestamp", comment="When it was changed.", source="modified_at"),
            Column(name="content", type="binary", comment="Its bytes, if they are few.", nullable=True),
        ),
    ),
    period_column="changed_at",
    source=Source(format=Binary(endings=(".pdf",), content_up_to_bytes=8), period_from=PeriodFrom.COLUMN),
)


def _land(lake: Lake, name: str, content: bytes) -> Path:
    path = lake.folder("scans") / name
    path.write_bytes(content)
    return path


def test_files_arrive_whole_as_references_or_in_quarantine(lake: Lake) -> None:
    """A failed one stops nothing; the same bytes under another name are another file; a changed one is taken again."""
    _land(lake, "a.pdf", b"%PDF-\x00\xff")
    _land(lake, "b.pdf", b"%PDF-" + bytes(100))
    _land(lake, "c.pdf", b"")
    (lake.folder("scans") / "d.pdf").symlink_to(lake.root / "gone")
    lake.load(SCANS, "1")
    lake.refine(SCANS, "1")
    _land(lake, "c.pdf", b"%PDF-")
    lake.load(SCANS, "2")
    lake.refine(SCANS, "2")
    rows = lake.rows("silver.scans", "path", "size_bytes", "content")
    assert [(path, size, content and bytes(content)) for path, size, content in rows] == [  # type: ignore[call-overload]
        (f"{FOLDER}/a.pdf", 7, b"%PDF-\x00\xff"),
        (f"{FOLDER}/b.pdf", 105, None),
        (f"{FOLDER}/c.pdf", 5, b"%PDF-"),
    ]
    assert lake.rows("silver.scans_quarantine", "_source_file", "_reason") == [
        (f"{FOLDER}/c.pdf", "the file is empty; deliver it again"),
        (f"{FOLDER}/d.pdf", "it cannot be read (No such file or directory); deliver it again"),
    ]
    files = lake.rows("ops.ingest_files", "source_file", "verdict", "rows_in", "rows_kept", "rows_quarantined")
    assert [row for row in files if row[0] in (f"{FOLDER}/c.pdf", f"{FOLDER}/d.pdf")] == [
        (f"{FOLDER}/c.pdf", "checked", 1, 0, 1),
        (f"{FOLDER}/c.pdf", "checked", 1, 1, 0),
        (f"{FOLDER}/c.pdf", "loaded", 1, 1, 0),
        (f"{FOLDER}/c.pdf", "loaded", 1, 1, 0),
        (f"{FOLDER}/d.pdf", "checked", 1, 0, 1),
        (f"{FOLDER}/d.pdf", "loaded", 1, 1, 0),
    ]
