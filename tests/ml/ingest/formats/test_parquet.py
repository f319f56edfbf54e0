"""Parquet to records."""

import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ml.ingest.formats.parquet import read
from ml.ingest.formats.record import Record, UnreadableFileError


def _content(table: pa.Table) -> io.BytesIO:
    file = io.BytesIO()
    pq.write_table(table, file)
    file.seek(0)
    return file


def test_values_become_the_text_that_csv_would_have() -> None:
    """Whole numbers without a point, dates and times in ISO 8601, nested values as JSON, null as null."""
    moment = datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC).replace(tzinfo=None)
    table = pa.table(
        {
            "id": pa.array([7], pa.int64()),
            "amount": pa.array([Decimal("1.50")]),
            "day": [date(2025, 1, 2)],
            "at": [moment],
            "ok": [True],
            "tags": [["a", "b"]],
            "kind": pa.array(["x"]).dictionary_encode(),
            "none": pa.array([None], pa.string()),
        }
    )
    values = ("7", "1.50", "2025-01-02", "2025-01-02 03:04:05.000000", "true", '["a", "b"]', "x", None)
    assert list(read(_content(table), table.column_names)) == [Record(1, values, None)]


def test_columns_may_come_in_another_order() -> None:
    """Values follow their name."""
    table = pa.table({"note": ["a", "b"], "id": [1, 2]})
    assert list(read(_content(table), ("id", "note"))) == [Record(1, ("1", "a"), None), Record(2, ("2", "b"), None)]


def test_other_columns_are_refused_and_named() -> None:
    """As in any other format."""
    with pytest.raises(UnreadableFileError, match="missing: 'id'; unexpected: 'key'; allowed are exactly id"):
        list(read(_content(pa.table({"key": [1]})), ("id",)))


def test_no_rows_and_no_parquet_are_refused() -> None:
    """A file cut off in its footer is no Parquet."""
    with pytest.raises(UnreadableFileError, match="the file has no rows"):
        list(read(_content(pa.table({"id": pa.array([], pa.int64())})), ("id",)))
    cut = io.BytesIO(_content(pa.table({"id": [1]})).getvalue()[:-8])
    with pytest.raises(UnreadableFileError, match="it is not a readable Parquet file"):
        list(read(cut, ("id",)))
