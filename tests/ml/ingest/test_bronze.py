"""Task `bronze`: landing files to bronze."""

import json
import os
import shutil
from dataclasses import replace
from typing import Any

import pytest
from pyspark.sql import DataFrame

from ml.ingest import bronze, file_log
from ml.ingest.bronze import RefusedFilesError
from ml.ingest.files import Inspected
from ml.runtime import RowsUnaccountedError
from ml.streams.checkpoint import Checkpoint
from ml.tables import Tables
from tests.ml.lake import Lake, application

FOLDER = "/Volumes/test/credit_bronze/landing"


def _account(lake: Lake) -> list[tuple[object, ...]]:
    return lake.rows("ops.ingest_files", "run_id", "source_file", "verdict", "rows_in", "rows_kept")


def test_records_arrive_as_received_with_their_origin(lake: Lake, capfd: pytest.CaptureFixture[str]) -> None:
    """Blanks, wrong types and missing fields stay; the file is spelled as in a volume, wherever it lies."""
    lake.land("labels", "2023-02", (" 1", "yes"), (2,), (3, 0))
    lake.run(bronze)
    assert lake.rows("bronze.labels", "_row_number", "client_id", "defaulted", "_source_file", "_fields") == [
        (1, " 1", "yes", f"{FOLDER}/labels/2023-02.csv", None),
        (2, None, None, f"{FOLDER}/labels/2023-02.csv", '["2"]'),
        (3, "3", "0", f"{FOLDER}/labels/2023-02.csv", None),
    ]
    assert json.loads(capfd.readouterr().out) == {
        "task": "bronze",
        "rows_in": 3,
        "rows_kept": 3,
        "rows_quarantined": 0,
        "files_loaded": 1,
        "files_already_loaded": 0,
        "files_refused": 0,
        "files_postponed": 0,
    }


def test_a_rerun_changes_nothing_and_a_new_file_adds_its_rows(lake: Lake) -> None:
    """A file is loaded once per name and content."""
    lake.land("labels", "2023-02", (1, 0))
    lake.run(bronze, "1")
    before = lake.versions()
    lake.run(bronze, "2")
    assert lake.versions() == before
    lake.land("labels", "2023-03", (2, 1))
    lake.run(bronze, "3")
    assert lake.rows("bronze.labels", "client_id") == [("1",), ("2",)]
    assert _account(lake) == [
        ("1", f"{FOLDER}/labels/2023-02.csv", "loaded", 1, 1),
        ("3", f"{FOLDER}/labels/2023-03.csv", "loaded", 1, 1),
    ]


def test_a_lost_row_is_noticed(lake: Lake) -> None:
    """What a file held is known from when it was loaded, so a row that has left bronze since stops the task."""
    lake.land("labels", "2023-02", (1, 0), (2, 1))
    lake.run(bronze, "1")
    lake.spark.sql(f"DELETE FROM delta.`{lake.root}/test/credit_bronze/labels` WHERE client_id = '2'").collect()
    with pytest.raises(RowsUnaccountedError, match="2 rows came in but 1 kept"):
        lake.run(bronze, "2")


def test_a_known_file_is_not_opened(lake: Lake) -> None:
    """Name, size and time of change tell it: bytes that nobody may read any more stop nothing."""
    path = lake.land("labels", "2023-02", (1, 0))
    lake.run(bronze, "1")
    seen = path.stat()
    path.write_bytes(b"\xff" * seen.st_size)
    os.utime(path, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    lake.run(bronze, "2")
    assert _account(lake) == [("1", f"{FOLDER}/labels/2023-02.csv", "loaded", 1, 1)]


def test_the_same_bytes_delivered_again_are_recorded_and_not_loaded(lake: Lake) -> None:
    """Only the time of change is new; a checkpoint that was lost repeats nothing either."""
    path = lake.land("labels", "2023-02", (1, 0))
    lake.run(bronze, "1")
    os.utime(path, ns=(1, 1))
    lake.run(bronze, "2")
    shutil.rmtree(lake.root / "test" / "credit_ops" / "checkpoints")
    lake.run(bronze, "3")
    assert lake.rows("bronze.labels", "client_id") == [("1",)]
    file = f"{FOLDER}/labels/2023-02.csv"
    assert _account(lake) == [
        ("1", file, "loaded", 1, 1),
        ("2", file, "already_loaded", 0, 0),
        ("3", file, "already_loaded", 0, 0),
    ]


def test_a_file_that_is_being_written_is_taken_by_the_next_run(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has no verdict but that, and none of its rows are loaded before it is whole."""
    path = lake.land("labels", "2023-02", (1, 0))
    found = bronze.inspected

    def changing(rows: DataFrame) -> list[Inspected]:
        return [replace(each, changing=True) for each in found(rows)]

    with monkeypatch.context() as patched:
        patched.setattr(bronze, "inspected", changing)
        lake.run(bronze, "1")
    assert lake.rows("bronze.labels") == []
    path.write_text(path.read_text() + "2,1\n")
    lake.run(bronze, "2")
    assert lake.rows("bronze.labels", "client_id") == [("1",), ("2",)]
    file = f"{FOLDER}/labels/2023-02.csv"
    assert _account(lake) == [("1", file, "postponed", 0, 0), ("2", file, "loaded", 2, 2)]


def test_a_refused_file_is_judged_once_and_stops_nothing_after_that(lake: Lake) -> None:
    """The next run takes what is good; the file is judged again once it changes."""
    bad = lake.folder("labels") / "2023-03.csv"
    bad.write_bytes(b"\xef\xbb\xbf")
    with pytest.raises(RefusedFilesError, match="the file is empty"):
        lake.run(bronze, "1")
    lake.run(bronze, "2")
    bad.write_text("ID,default.payment.next.month\n8,1\n")
    lake.run(bronze, "3")
    assert lake.rows("bronze.labels", "client_id") == [("8",)]


# All but the first are an extra: each is a lake of its own.
POINTS = ["append_batch", *(pytest.param(at, marks=pytest.mark.long) for at in ("plan", "record", "commit"))]


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("point", POINTS)
def test_a_run_killed_at_any_point_is_completed_by_the_next(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, point: str, *, after: bool
) -> None:
    """Just before or just after each write: every row is there once, every file has one account."""
    lake.land("labels", "2023-02", (1, 0), (2, 1))
    owner: Any = {"append_batch": Tables, "record": file_log}.get(point, Checkpoint)
    done = getattr(owner, point)

    def killed(*given: Any, **named: Any) -> None:
        if after:
            done(*given, **named)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(owner, point, killed)
        with pytest.raises(KeyboardInterrupt):
            lake.run(bronze, "1")
    lake.run(bronze, "2")
    lake.run(bronze, "3")
    assert lake.rows("bronze.labels", "client_id", "_row_number") == [("1", 1), ("2", 2)]
    assert [row[1:] for row in _account(lake)] == [(f"{FOLDER}/labels/2023-02.csv", "loaded", 2, 2)]


def test_a_file_delivered_again_with_other_content_is_kept_beside_the_first(lake: Lake) -> None:
    """History is kept; silver decides which record stays."""
    lake.land("labels", "2023-02", (1, 0))
    lake.run(bronze, "1")
    lake.land("labels", "2023-02", (1, 1))
    lake.run(bronze, "2")
    assert lake.rows("bronze.labels", "client_id", "defaulted") == [("1", "0"), ("1", "1")]


def test_refused_files_are_recorded_and_fail_the_task_after_all_others_loaded(lake: Lake) -> None:
    """The message names every refused file with its reason; the good rows of both feeds are there."""
    lake.land("applications", "2023-01", application(7))
    lake.land("labels", "2023-02", (7, 0))
    lake.folder("labels").joinpath("2023-03.csv").write_text("ID,label\n8,1\n")
    lake.folder("labels").joinpath("2023-04.csv").write_bytes(b"")
    lake.folder("labels").joinpath("notes.txt").write_text("hello")
    with pytest.raises(RefusedFilesError) as refused:
        lake.run(bronze)
    assert str(refused.value).splitlines() == [
        "3 file(s) refused, all others loaded:",
        f"  {FOLDER}/labels/2023-04.csv: the file is empty; deliver it again with rows",
        f"  {FOLDER}/labels/notes.txt: the name 'notes.txt' is not <YYYY-MM>.csv, the month in which its rows became "
        "known; rename it",
        f"  {FOLDER}/labels/2023-03.csv: wrong columns; missing: 'default.payment.next.month'; unexpected: 'label'; "
        "allowed are exactly ID, default.payment.next.month; correct the columns",
    ]
    assert lake.rows("bronze.applications", "client_id") == [("7",)]
    assert lake.rows("bronze.labels", "client_id") == [("7",)]
    assert _account(lake) == [
        ("1", f"{FOLDER}/applications/2023-01.csv", "loaded", 1, 1),
        ("1", f"{FOLDER}/labels/2023-02.csv", "loaded", 1, 1),
        ("1", f"{FOLDER}/labels/2023-03.csv", "refused", 0, 0),
        ("1", f"{FOLDER}/labels/2023-04.csv", "refused", 0, 0),
        ("1", f"{FOLDER}/labels/notes.txt", "refused", 0, 0),
    ]


def test_before_the_first_delivery_there_are_empty_tables(lake: Lake) -> None:
    """Later tasks find what they read."""
    lake.run(bronze)
    assert lake.rows("bronze.applications") == []
    assert lake.rows("bronze.labels") == []
