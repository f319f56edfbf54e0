"""The table door on real Delta: what a write changes, and what it refuses."""

import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ml.declarations import Column, Layer, Table
from ml.records.gate_results import GATE_RESULTS
from ml.tables import RepeatedKeyError, TableMismatchError, Written, door, frame_of, pandas_of
from tests.ml.lake import Lake

NAME = "test.credit_gold.notes"
NOTES = Table(
    name="notes",
    layer=Layer.GOLD,
    keys=("client_id",),
    owner="ml-engineers",
    comment="One row per client: it's a note.",
    columns=(
        Column(name="client_id", type="bigint", comment="Client's number."),
        Column(name="note", type="string", comment="What was noted.", nullable=True),
        Column(name="score", type="double", comment="A figure.", nullable=True),
    ),
)


def _write(lake: Lake, how: str, *rows: tuple[object, ...]) -> Written:
    tables = lake.tables
    frame = frame_of(lake.spark, NOTES, [dict(zip(("client_id", "note", "score"), row, strict=True)) for row in rows])
    written: Written = getattr(tables, how)(NOTES, NAME, frame)
    return written


def test_append_inserts_new_keys_and_leaves_known_ones(lake: Lake) -> None:
    """A repeated batch, whatever it says now, changes nothing and makes no version."""
    assert _write(lake, "append", (1, "a", 1.0), (2, None, None)) == Written(inserted=2, updated=0, deleted=0)
    assert lake.tables.version(NAME) == 1
    assert _write(lake, "append", (1, "changed", 1.0), (2, None, None)) == Written(inserted=0, updated=0, deleted=0)
    assert lake.tables.version(NAME) == 1
    assert _write(lake, "append", (2, "b", 2.0), (3, "c", 3.0)) == Written(inserted=1, updated=0, deleted=0)
    assert lake.rows("gold.notes") == [(1, "a", 1.0), (2, None, None), (3, "c", 3.0)]


def test_merge_overwrites_what_differs_and_keeps_the_rest(lake: Lake) -> None:
    """Null and NaN equal themselves; equal rows make no version; the old version stays readable."""
    _write(lake, "merge", (1, "a", 1.0), (2, None, float("nan")))
    assert _write(lake, "merge", (1, "a", 1.0), (2, None, float("nan"))) == Written(0, 0, 0)
    assert lake.tables.version(NAME) == 1
    assert _write(lake, "merge", (2, "b", 2.0), (3, "c", 3.0)) == Written(inserted=1, updated=1, deleted=0)
    assert lake.rows("gold.notes") == [(1, "a", 1.0), (2, "b", 2.0), (3, "c", 3.0)]
    assert [row["client_id"] for row in lake.tables.read(NAME, version=1).orderBy("client_id").collect()] == [1, 2]


def test_replace_also_deletes_what_is_gone(lake: Lake) -> None:
    """The table is the frame afterwards; an equal frame makes no version."""
    _write(lake, "replace", (1, "a", 1.0), (2, "b", 2.0))
    assert _write(lake, "replace", (2, "b", 2.0), (3, "c", 3.0)) == Written(inserted=1, updated=0, deleted=1)
    version = lake.tables.version(NAME)
    assert _write(lake, "replace", (2, "b", 2.0), (3, "c", 3.0)) == Written(0, 0, 0)
    assert lake.tables.version(NAME) == version
    assert lake.rows("gold.notes") == [(2, "b", 2.0), (3, "c", 3.0)]


def test_two_rows_of_one_key_are_refused(lake: Lake) -> None:
    """Which of them should win is not the door's to guess; nothing is written."""
    with pytest.raises(RepeatedKeyError, match=r"2 rows for test.credit_gold.notes share their key \(client_id\)"):
        _write(lake, "append", (1, "a", 1.0), (1, "b", 2.0), (2, "c", 3.0))
    assert lake.rows("gold.notes") == []


def test_rows_that_do_not_fit_the_declaration_are_refused(lake: Lake) -> None:
    """Every misfit is named: missing, undeclared, of another type."""
    frame = lake.spark.sql("SELECT 1 AS client_id, 'x' AS remark, 1.5D AS score")
    with pytest.raises(TableMismatchError) as refused:
        lake.tables.merge(NOTES, NAME, frame)
    assert (
        "column 'note' is missing; column 'remark' is not declared; column 'client_id' is int, declared bigint"
        in str(refused.value)
    )


def test_columns_are_put_in_declared_order_with_comments_and_constraints(lake: Lake) -> None:
    """A frame may have its columns in any order; the table has the declaration's."""
    frame = lake.spark.sql("SELECT 0.5D AS score, 'n' AS note, 7L AS client_id")
    lake.tables.append(NOTES, NAME, frame)
    fields = lake.tables.read(NAME).schema.fields
    assert [(field.name, field.metadata["comment"]) for field in fields] == [
        ("client_id", "Client's number."),
        ("note", "What was noted."),
        ("score", "A figure."),
    ]
    with pytest.raises(Exception, match="DELTA_NOT_NULL_CONSTRAINT_VIOLATED"):
        lake.tables.append(
            NOTES, NAME, lake.spark.sql("SELECT CAST(NULL AS BIGINT) AS client_id, 'n' AS note, 1D AS score")
        )


def test_creating_is_idempotent_and_refuses_another_shape(lake: Lake) -> None:
    """A table that is there is left alone when it fits, and never altered when it does not."""
    lake.tables.create(NOTES, NAME)
    lake.tables.create(NOTES, NAME)
    assert lake.tables.version(NAME) == 0
    wider = replace(NOTES, columns=(*NOTES.columns, Column(name="extra", type="int", comment="More.")))
    with pytest.raises(TableMismatchError, match=f"table {NAME} exists and differs .*: column 'extra' is missing"):
        lake.tables.create(wider, NAME)


def test_three_gates_may_make_and_write_their_table_at_once(lake: Lake) -> None:
    """They run in parallel, and on the first run none finds the table."""
    together, failures = threading.Barrier(3), []

    def gate(name: str) -> None:
        row = {"run_id": "1", "model": "m", "version": 1, "gate": name, "verdict": "pass", "reason": "r"}
        rest = {"inputs": "{}", "thresholds": "{}", "decided_at": datetime.now(UTC), "decided_by": "me"}
        frame = frame_of(lake.spark, GATE_RESULTS, [row | rest])
        together.wait()
        try:
            lake.tables.append(GATE_RESULTS, "test.credit_ops.gate_results", frame)
        except Exception as error:  # noqa: BLE001 - a thread has no other way to say it
            failures.append(error)

    threads = [threading.Thread(target=gate, args=(name,)) for name in ("compliance", "comparison", "infrastructure")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert lake.rows("ops.gate_results", "gate") == [("comparison",), ("compliance",), ("infrastructure",)]


def test_an_unknown_kind_of_door_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A typo must not silently open the other door."""
    monkeypatch.setenv("MLOPS_TABLE_DOOR", "unity_rest")
    with pytest.raises(ValueError, match="MLOPS_TABLE_DOOR='unity_rest'; allowed: 'unity-rest', or unset"):
        door()


def test_tables_are_counted_together(lake: Lake) -> None:
    """Each count comes back in the order in which its table was named."""
    other, other_name = replace(NOTES, name="others"), "test.credit_gold.others"
    _write(lake, "append", (1, "a", 1.0), (2, None, None))
    lake.tables.create(other, other_name)
    assert lake.tables.counts(other_name, NAME, NAME) == (0, 2, 2)


def test_a_count_reads_no_row(lake: Lake) -> None:
    """Delta's log has the numbers: they are known even without the files."""
    _write(lake, "append", (1, "a", 1.0), (2, None, None))
    for file in (lake.root / "test" / "credit_gold" / "notes").glob("*.parquet"):
        file.unlink()
    assert lake.tables.counts(NAME) == (2,)


def test_a_table_that_others_have_written_since_is_not_taken_for_an_empty_one(lake: Lake) -> None:
    """The door that made it does not look for keys in a table without rows, but in this one it does."""
    tables = lake.tables
    tables.create(NOTES, NAME)
    _write(lake, "append", (1, "a", 1.0))
    rows = [{"client_id": 1, "note": "changed"}, {"client_id": 2}]
    assert tables.append(NOTES, NAME, frame_of(lake.spark, NOTES, rows)) == Written(inserted=1, updated=0, deleted=0)


def test_replace_part_leaves_alone_what_was_not_touched(lake: Lake) -> None:
    """Touched rows become the frame, those it lacks are gone, in one version; an equal frame makes none."""
    tables = lake.tables
    _write(lake, "merge", (1, "a", 1.0), (2, "b", 2.0), (3, "c", 3.0), (4, "d", 4.0))
    version = tables.version(NAME)
    frame = frame_of(
        lake.spark, NOTES, [{"client_id": 2, "note": "B", "score": 2.0}, {"client_id": 5, "note": "e", "score": 5.0}]
    )
    touched = lake.spark.createDataFrame([(2,), (3,), (5,)], "client_id bigint")
    assert tables.replace_part(NOTES, NAME, frame, touched) == Written(inserted=1, updated=1, deleted=1)
    assert lake.rows("gold.notes") == [(1, "a", 1.0), (2, "B", 2.0), (4, "d", 4.0), (5, "e", 5.0)]
    assert tables.version(NAME) == version + 1
    assert tables.replace_part(NOTES, NAME, frame, touched) == Written(inserted=0, updated=0, deleted=0)
    assert tables.version(NAME) == version + 1


def test_replace_part_by_a_column_that_is_no_key(lake: Lake) -> None:
    """Rows agree by value; null agrees with null."""
    _write(lake, "merge", (1, "a", 1.0), (2, "a", 2.0), (3, None, 3.0), (4, "d", 4.0))
    frame = frame_of(lake.spark, NOTES, [{"client_id": 1, "note": "a", "score": 9.0}])
    touched = lake.spark.createDataFrame([("a",), (None,)], "note string")
    assert lake.tables.replace_part(NOTES, NAME, frame, touched) == Written(inserted=0, updated=1, deleted=2)
    assert lake.rows("gold.notes") == [(1, "a", 9.0), (4, "d", 4.0)]


def test_replace_part_refuses_rows_that_share_a_key(lake: Lake) -> None:
    """As every write does."""
    row = {"client_id": 1, "note": "a", "score": 9.0}
    touched = lake.spark.createDataFrame([(1,)], "client_id bigint")
    with pytest.raises(RepeatedKeyError, match="2 rows"):
        lake.tables.replace_part(NOTES, NAME, frame_of(lake.spark, NOTES, [row, row]), touched)


def test_a_frame_on_the_driver_carries_no_metrics_of_its_query(lake: Lake) -> None:
    """Pandas copies `attrs` with every column that is taken from a frame."""
    rows = pandas_of(lake.tables.spark.range(3).toDF("client_id"))
    assert rows["client_id"].tolist() == [0, 1, 2]
    assert rows.attrs == {}
