"""JSON lines to records."""

import io

import pytest

from ml.ingest.formats.json_lines import read
from ml.ingest.formats.record import Record, UnreadableFileError, misfit

NAMES = ("id", "note")


def _records(content: bytes) -> list[Record]:
    return list(read(io.BytesIO(content), NAMES))


def test_values_stay_as_they_are_written() -> None:
    """Numbers keep their digits; what is no text is JSON; a name left out is null; a byte order mark is none of it."""
    content = b'\xef\xbb\xbf{"id": 1.50, "note": "a"}\r\n\n{"id": 12345678901234567890, "note": {"x": [1, true]}}\n'
    content += b'{"id": true}'
    assert _records(content) == [
        Record(1, ("1.50", "a"), None),
        Record(2, ("12345678901234567890", '{"x": [1, true]}'), None),
        Record(3, ("true", None), None),
    ]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('{"id": 1', "the line is not JSON: Expecting ',' delimiter: line 1 column 9 (char 8)"),
        ("[1, 2]", "the line is not a JSON object"),
        ('{"id": 1, "id": 2}', "the line is not JSON: id given twice"),
        ('{"id": NaN}', "the line is not JSON: NaN is not a JSON number"),
        ('{"id": 1, "remark": "x"}', "unexpected: 'remark'; allowed are id, note"),
    ],
)
def test_a_line_that_is_no_record_is_kept_as_received(line: str, problem: str) -> None:
    """It goes to quarantine with its problem; the lines around it are read."""
    assert _records(f'{{"id": 1}}\n{line}\n{{"id": 3}}\n'.encode()) == [
        Record(1, ("1", None), None),
        misfit(2, 2, problem=problem, received=line),
        Record(3, ("3", None), None),
    ]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "the file is empty; deliver it again with rows"),
        (b"\n \n\n\n", "the file has no rows; deliver it again with rows, or remove it"),
        (b'{"id": 1}\n{"id": "\xff"}', "byte 18 is not UTF-8 text; export the file as UTF-8 JSON lines"),
    ],
)
def test_a_file_that_cannot_be_understood_is_refused_whole(content: bytes, problem: str) -> None:
    """The problem says what was given and what to change."""
    with pytest.raises(UnreadableFileError) as refused:
        _records(content)
    assert str(refused.value) == problem
