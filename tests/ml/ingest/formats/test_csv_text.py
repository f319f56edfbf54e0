"""CSV to records."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.declarations import Csv, DeclarationError
from ml.ingest.formats.csv_text import read
from ml.ingest.formats.record import Record, UnreadableFileError

HEADERS = ("id", "note")


def _records(content: bytes, dialect: Csv | None = None) -> tuple[Record, ...]:
    return tuple(read(io.BytesIO(content), HEADERS, dialect))


def test_a_quoted_field_may_span_lines_and_hold_commas_and_quotes() -> None:
    """RFC 4180, with a byte order mark, Windows line ends and a blank line at the end."""
    records = _records(b'\xef\xbb\xbfid,note\r\n1,"two\r\nlines, ""quoted"""\r\n2,plain\r\n\r\n')
    assert records == (Record(1, ("1", 'two\r\nlines, "quoted"'), None), Record(2, ("2", "plain"), None))


def test_columns_may_come_in_another_order() -> None:
    """Values follow their header."""
    assert _records(b"note,id\nx,1\n") == (Record(1, ("1", "x"), None),)


def test_short_and_long_records_are_kept_as_received() -> None:
    """Fields that fit no header stay together, so that nothing is lost or shifted."""
    records = _records(b"id,note\n1\n2,b\n3,c,d\n")
    assert records == (
        Record(1, (None, None), '["1"]'),
        Record(2, ("2", "b"), None),
        Record(3, (None, None), '["3", "c", "d"]'),
    )


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "the file is empty; deliver it again with rows"),
        (b" \n\n", "the file is empty; deliver it again with rows"),
        (b"\xef\xbb\xbf", "the file is empty; deliver it again with rows"),
        (b"\xef\xbb\xbfid,note\n1,\xff\n", "byte 13 is not UTF-8 text; export the file as UTF-8 CSV"),
        (b"id,note\n1,\xc3", "byte 10 is not UTF-8 text; export the file as UTF-8 CSV"),
        (
            b"id,note\n1,a\0b\n",
            "line 2 holds a NUL byte, so it is not text; export the file as UTF-8 CSV",
        ),
        (b"id,note\n", "the file has no rows; deliver it again with rows, or remove it"),
        (b"id,note\n1,\xff\n", "byte 10 is not UTF-8 text; export the file as UTF-8 CSV"),
        (
            b"id,remark\n1,a\n",
            "wrong columns; missing: 'note'; unexpected: 'remark'; allowed are exactly id, note; correct the columns",
        ),
        (b"id,note,id\n1,a,1\n", "wrong columns; given twice: 'id'; allowed are exactly id, note; correct the columns"),
        (b'id,note\n1,"open\n', "not CSV at line 2: unexpected end of data; quote fields as RFC 4180 says"),
    ],
)
def test_a_file_that_cannot_be_understood_is_refused_whole(content: bytes, problem: str) -> None:
    """The problem says what was given and what to change; no record comes through."""
    with pytest.raises(UnreadableFileError) as refused:
        _records(content)
    assert str(refused.value) == problem


@given(
    st.lists(
        st.lists(
            st.text(alphabet=st.characters(blacklist_categories=["Cs"], blacklist_characters="\0")),
            min_size=1,
            max_size=4,
        ),
        min_size=1,
    )
)
def test_no_record_is_lost(rows: list[list[str]]) -> None:
    """Whatever a CSV writer writes comes back field by field, in order, whether it fits the header or not."""
    buffer = io.StringIO()
    csv.writer(buffer, quoting=csv.QUOTE_ALL).writerows([HEADERS, *rows])
    records = _records(buffer.getvalue().encode())
    received = [list(record.values) if record.fields is None else json.loads(record.fields) for record in records]
    assert received == rows
    assert [record.row_number for record in records] == list(range(1, len(rows) + 1))


@pytest.mark.parametrize(
    ("content", "dialect"),
    [
        (b"id;note\n1;'a;b'\n", Csv(delimiter=";", quote="'")),
        ("id\tnote\n1\ta;b\n".encode("utf-16"), Csv(delimiter="\t", encoding="utf-16")),
    ],
)
def test_a_dialect_is_declared(content: bytes, dialect: Csv) -> None:
    """Delimiter, quote and encoding."""
    assert _records(content, dialect) == (Record(1, ("1", "a;b"), None),)


def test_text_in_another_encoding_is_read_as_declared() -> None:
    """Byte 0xe4 is an umlaut in cp1252, and nothing in UTF-8."""
    content = "id,note\n1,B\u00e4r\n".encode("cp1252")
    assert _records(content, Csv(encoding="cp1252")) == (Record(1, ("1", "B\u00e4r"), None),)
    with pytest.raises(UnreadableFileError, match="byte 11 is not UTF-8 text; export the file as UTF-8 CSV"):
        _records(content)


def test_another_delimiter_than_declared_is_named_by_the_header() -> None:
    """The columns that are missing and the one that was given tell it."""
    with pytest.raises(UnreadableFileError, match="missing: 'id', 'note'; unexpected: 'id;note'"):
        _records(b"id;note\n1;a\n")


def test_mistakes_of_a_dialect_are_named_together() -> None:
    """All at once."""
    with pytest.raises(DeclarationError) as refused:
        Csv(delimiter="||", quote="", encoding="latin-9000")
    assert "delimiter '||' is not one character" in str(refused.value)
    assert "quote '' is not one character" in str(refused.value)
    assert "encoding 'latin-9000' is unknown to Python" in str(refused.value)
