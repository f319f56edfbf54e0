"""A record is written once, whatever a retry says."""

import pytest

from ml.declarations import Column, Layer, Table
from ml.records.appending import append_record
from ml.tables import RepeatedKeyError
from tests.ml.lake import Lake

NAME = "test.credit_ops.marks"
MARKS = Table(
    name="marks",
    layer=Layer.OPS,
    keys=("run_id", "version"),
    owner="ml-engineers",
    comment="One row per run and version.",
    columns=(
        Column(name="run_id", type="string", comment="The run."),
        Column(name="version", type="int", comment="The version."),
        Column(name="said", type="string", comment="What was said.", nullable=True),
    ),
)


def _mark(run_id: str, version: int, said: str | None = None) -> dict[str, object]:
    return {"run_id": run_id, "version": version, "said": said}


def test_rows_with_new_keys_are_added_and_others_stay(lake: Lake) -> None:
    """A key is all its columns together; if nothing is new, the table gets no version."""
    append_record(lake.tables, MARKS, NAME, [_mark("1", 1, "first"), _mark("2", 2)])
    append_record(lake.tables, MARKS, NAME, [_mark("1", 1, "again"), _mark("1", 2, "new"), _mark("2", 1)])
    assert lake.rows("ops.marks", "run_id", "version", "said") == [
        ("1", 1, "first"),
        ("1", 2, "new"),
        ("2", 1, None),
        ("2", 2, None),
    ]
    before = lake.tables.version(NAME)
    append_record(lake.tables, MARKS, NAME, [_mark("1", 2, "again")])
    assert lake.tables.version(NAME) == before == 2


def test_rows_that_share_a_key_are_refused(lake: Lake) -> None:
    """Before anything is written."""
    with pytest.raises(RepeatedKeyError, match=r"1 rows for test\.credit_ops\.marks share"):
        append_record(lake.tables, MARKS, NAME, [_mark("1", 1), _mark("1", 1, "other")])
    assert lake.rows("ops.marks") == []
