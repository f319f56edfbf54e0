"""Whole files as records."""

import base64
import os
from pathlib import Path

import pytest

from ml.declarations import Binary, DeclarationError, PeriodFrom, Source
from ml.ingest.formats.binary import Whole, read
from ml.ingest.formats.record import Record

PDFS = Binary(endings=(".pdf",), content_up_to_bytes=16)


def _read(path: Path, *names: str) -> Record:
    return read(Whole(path=path, source=f"/Volumes/v/{path.name}", sha256="abc"), PDFS, names or Binary.COLUMNS)


def test_a_small_file_is_kept_with_its_bytes(tmp_path: Path) -> None:
    """Path as a volume, size, hash, time of change in UTC, and base64."""
    path = tmp_path / "scan.pdf"
    path.write_bytes(b"%PDF-1.7 \x00\xff")
    os.utime(path, (1_700_000_000, 1_700_000_000))
    content = base64.b64encode(path.read_bytes()).decode()
    assert _read(path) == Record(1, ("/Volumes/v/scan.pdf", "11", "abc", "2023-11-14 22:13:20.000000", content), None)
    assert _read(path, "sha256", "path").values == ("abc", "/Volumes/v/scan.pdf")


def test_a_large_file_is_a_reference(tmp_path: Path) -> None:
    """Beyond the declared size only its path, size and hash are kept; the limit itself is small."""
    large, small = tmp_path / "large.pdf", tmp_path / "small.pdf"
    large.write_bytes(b"%PDF-" + bytes(12))
    small.write_bytes(b"%PDF-" + bytes(11))
    assert _read(large, "size_bytes", "content").values == ("17", None)
    assert _read(small, "size_bytes", "content").values == ("16", base64.b64encode(small.read_bytes()).decode())


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "the file is empty; deliver it again"),
        (b"<html>not found</html>", "it does not begin as a .pdf file does; deliver it again"),
        (b"%PD", "it does not begin as a .pdf file does; deliver it again"),
    ],
)
def test_a_failed_file_is_a_record_for_quarantine(tmp_path: Path, content: bytes, problem: str) -> None:
    """It says where the file lies and what is wrong with it."""
    (tmp_path / "bad.pdf").write_bytes(content)
    received = f'{{"problem": "{problem}", "received": "/Volumes/v/bad.pdf"}}'
    assert _read(tmp_path / "bad.pdf", "path", "content") == Record(1, (None, None), received)


def test_mistakes_of_a_declaration_are_named_together() -> None:
    """Endings, the size, and a period that no name says."""
    with pytest.raises(DeclarationError) as refused:
        Binary(endings=("pdf", ".PNG"), content_up_to_bytes=1 << 30)
    assert [problem.split(":")[0] for problem in refused.value.problems] == [
        "ending 'pdf' is not a dot, then small letters or digits, such as '.pdf'",
        "ending '.PNG' is not a dot, then small letters or digits, such as '.pdf'",
        "content_up_to_bytes is 1073741824",
    ]
    with pytest.raises(DeclarationError, match=r"set period_from=PeriodFrom.COLUMN and read it from 'modified_at'"):
        Source(format=PDFS)
    assert Source(format=PDFS, period_from=PeriodFrom.COLUMN).columns_problem(("path", "pages")) == (
        "binary files bring no ['pages']; they bring ['path', 'size_bytes', 'sha256', 'modified_at', 'content']"
    )
