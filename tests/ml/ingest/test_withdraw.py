"""A delivery that is withdrawn: bronze loses it, silver and gold become what they would be without it."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ml.declarations import OnRepeat
from ml.features import build
from ml.ingest import bronze, file_log, silver
from ml.ingest.bronze import RefusedFilesError
from ml.ingest.withdrawals import UnknownDeliveryError
from ml.streams.checkpoint import Checkpoint
from ml.tables import Tables
from tests.ml.lake import Lake
from tests.ml.small import declare, small

pytestmark = pytest.mark.slow

MADE = ("silver.applications", "silver.applications_quarantine", "silver.labels", "silver.labels_quarantine")


@pytest.fixture(autouse=True)
def _narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    declare(monkeypatch, small())


def _ingest(lake: Lake, run_id: str, **flags: str) -> None:
    lake.run(bronze, run_id, **flags)
    lake.run(silver, run_id)


def _withdraw(lake: Lake, run_id: str, delivery: str) -> None:
    _ingest(lake, run_id, withdraw=delivery, reason="typing mistake", by="ann")


def _rows(lake: Lake, *tables: str) -> dict[str, list[tuple[object, ...]]]:
    """The tables' rows, without when each record arrived."""
    found = {}
    for table in tables:
        names = [name for name in lake.tables.read(f"test.credit_{table}").columns if name != "_loaded_at"]
        found[table] = lake.rows(table, *names)
    return found


def _land(lake: Lake, *, wrong: bool) -> None:
    """Two months, and between them the wrong one: a valid repeat, a new client, and records that are rejected."""
    lake.land("applications", "2023-01", (1, 40), (2, 40))
    lake.land("labels", "2023-02", (1, 0), (2, 1))
    _ingest(lake, "1")
    if wrong:
        lake.land("labels", "2023-03", (1, 1), (3, 0), ("x", 0), (2, 1))
        _ingest(lake, "2")
    lake.land("applications", "2023-02", (3, 40), (3, 40))
    lake.land("labels", "2023-04", (1, 1), (3, 1), (3, 1))
    _ingest(lake, "3")


@pytest.mark.parametrize("on_repeat", [OnRepeat.KEEP_FIRST, pytest.param(OnRepeat.KEEP_NEWEST, marks=pytest.mark.long)])
def test_silver_is_as_if_it_had_never_come(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, on_repeat: OnRepeat
) -> None:
    """Records that had lost against it count again, its rejects leave quarantine, reasons name who wins now."""
    declare(monkeypatch, small(on_repeat=on_repeat, keys=("client_id",)))
    undisturbed = Lake(tmp_path / "undisturbed", lake.spark, monkeypatch)
    _land(undisturbed, wrong=False)
    _land(lake, wrong=True)
    assert _rows(lake, *MADE) != _rows(undisturbed, *MADE)
    _withdraw(lake, "4", "labels/2023-03.csv")
    assert _rows(lake, *MADE, "bronze.labels") == _rows(undisturbed, *MADE, "bronze.labels")
    versions = lake.versions()
    _ingest(lake, "5")
    assert lake.versions() == versions


def test_gold_follows_by_difference(lake: Lake, capfd: pytest.CaptureFixture[str]) -> None:
    """The features and outcomes of its records go; an outcome that waits for its event waits again."""
    lake.land("applications", "2023-01", (1, 40))
    lake.land("applications", "2023-02", (2, 40), (3, 40))
    lake.land("labels", "2023-03", (2, 0), (1, 1))
    _ingest(lake, "1")
    lake.run(build, "1")
    _withdraw(lake, "2", "applications/2023-02.csv")
    capfd.readouterr()
    lake.run(build, "2")
    said = [line for line in capfd.readouterr().out.splitlines() if ": " in line and line[0] != "{"]
    assert sorted(said) == [
        "client_features: 0 rows added, 0 changed, 2 removed",
        "client_outcomes: 0 rows added, 0 changed, 1 removed",
    ]
    assert lake.rows("gold.client_features", "client_id") == [(1,)]
    assert lake.rows("gold.client_outcomes", "client_id") == [(1,)]
    assert lake.rows("gold.client_outcomes_quarantine", "client_id", "_reason") == [
        (2, "client_id 2 is not in applications")
    ]


def test_every_row_stays_accounted_for(lake: Lake, capfd: pytest.CaptureFixture[str]) -> None:
    """In total and per file: rows in = kept + quarantined + removed, whatever came and left."""
    lake.begin("wrong", lambda: _land(lake, wrong=True))
    _withdraw(lake, "4", "labels/2023-03.csv")
    assert '"task": "bronze", "rows_in": 0, "rows_kept": -4, "rows_quarantined": 0, "rows_removed": 4' in (
        capfd.readouterr().out
    )
    ledger = lake.rows(
        "ops.ingest_files", "table_name", "source_file", "rows_in", "rows_kept", "rows_quarantined", "rows_removed"
    )
    assert all(came == kept + lost + gone for *_, came, kept, lost, gone in ledger)  # type: ignore[operator]
    for table in ("bronze.labels", "silver.labels"):
        held = sum(kept for name, _, _, kept, _, _ in ledger if name == f"test.credit_{table}")  # type: ignore[misc]
        assert held == len(lake.rows(table))
    file = "/Volumes/test/credit_bronze/landing/labels/2023-03.csv"
    assert [row[2:] for row in ledger if row[:2] == ("test.credit_silver.labels", file)] == [
        (0, -3, -1, 4),
        (4, 3, 1, 0),
    ]


def test_who_when_and_why_is_recorded_once(lake: Lake, capfd: pytest.CaptureFixture[str]) -> None:
    """Asking again changes nothing and says who did it; the version before still has the records."""
    lake.begin("wrong", lambda: _land(lake, wrong=True))
    for run_id in ("4", "5"):
        _withdraw(lake, run_id, "labels/2023-03.csv")
    assert "2023-03.csv of feed labels was withdrawn before: by ann, through" in capfd.readouterr().out
    ((run_id, file, rows, version, reason),) = lake.rows(
        "ops.withdrawals", "run_id", "source_file", "rows", "bronze_version", "reason"
    )
    assert (run_id, str(file)[-18:], rows, reason) == ("4", "labels/2023-03.csv", 4, "typing mistake")
    assert isinstance(version, int)
    assert lake.tables.read("test.credit_bronze.labels", version).where(f"_source_file = '{file}'").count() == 4


def test_the_right_delivery_may_come_under_the_same_name_and_the_wrong_one_stays_away(lake: Lake) -> None:
    """The same bytes are refused with who withdrew them; others load; each can be named by its hash."""
    wrong = lake.land("labels", "2023-02", (1, 1))
    _ingest(lake, "1")
    _withdraw(lake, "2", "labels/2023-02.csv")
    wrong.write_bytes(wrong.read_bytes())
    with pytest.raises(RefusedFilesError, match=r"this content was withdrawn by ann, through .* typing mistake"):
        lake.run(bronze, "3")
    lake.land("labels", "2023-02", (1, 0))
    _ingest(lake, "4")
    assert lake.rows("silver.labels", "client_id", "known_month", "defaulted") == [(1, date(2023, 2, 1), 0)]
    lake.land("labels", "2023-02", (1, 0), (2, 0))
    _ingest(lake, "5")
    with pytest.raises(UnknownDeliveryError, match=r"means 2 deliveries: add @ and its hash.*2023-02.csv@\w{12} \(1 r"):
        _withdraw(lake, "6", "labels/2023-02.csv")
    (newest,) = {row[0] for row in lake.rows("bronze.labels", "_source_sha256", "_row_number") if row[1] == 2}
    _withdraw(lake, "7", f"labels/2023-02.csv@{str(newest)[:12]}")
    assert lake.rows("bronze.labels", "client_id", "defaulted") == [("1", "0")]


def test_an_unknown_delivery_is_refused_with_those_there_are(lake: Lake) -> None:
    """So is an unknown feed, and nothing changes."""
    lake.land("labels", "2023-02", (1, 0))
    _ingest(lake, "1")
    before = lake.versions()
    with pytest.raises(UnknownDeliveryError, match=r"'2023-09.csv' of feed labels is not there.*: 2023-02.csv@\w+ \(1"):
        _withdraw(lake, "2", "labels/2023-09.csv")
    with pytest.raises(UnknownDeliveryError, match="feed 'label' is not one of applications, labels of credit"):
        _withdraw(lake, "3", "label/2023-02.csv")
    with pytest.raises(ValueError, match="reason or by is empty"):
        lake.run(bronze, "4", withdraw="labels/2023-02.csv", by="ann")
    assert lake.versions() == before


def _two_deliveries(lake: Lake) -> None:
    lake.land("labels", "2023-02", (1, 0), (2, 0))
    lake.land("labels", "2023-03", (1, 1))
    _ingest(lake, "1")


# Where the run is killed: in which task, at which call, and whether that call is done by then.
# One point of each task is enough to hear of a change that breaks them; the others take a quarter of an hour.
_FEW = [(bronze, "replace_part", True), (silver, "replace_part", True)]
_MORE = [
    (bronze, "append", True),
    (bronze, "plan", True),
    (bronze, "record", True),
    (bronze, "commit", False),
    (silver, "plan", True),
    (silver, "record", False),
    (silver, "commit", False),
]
POINTS = [*_FEW, *(pytest.param(*point, marks=pytest.mark.long) for point in _MORE)]


@pytest.mark.parametrize(("task", "point", "done"), POINTS)
def test_killed_at_any_point_the_next_run_completes_it(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, task: Any, point: str, *, done: bool
) -> None:
    """Once it is recorded, whatever run comes next: each row has left once, and is accounted for once."""
    lake.begin("ingested", lambda: _two_deliveries(lake))
    flags = {"withdraw": "labels/2023-02.csv", "reason": "typing mistake", "by": "ann"}
    owner: Any = {"record": file_log, "plan": Checkpoint, "commit": Checkpoint}.get(point, Tables)
    usual = getattr(owner, point)

    def killed(*given: Any, **named: Any) -> None:
        if done:
            usual(*given, **named)
        raise KeyboardInterrupt

    if task is silver:
        lake.run(bronze, "2", **flags)
    with monkeypatch.context() as patched:
        patched.setattr(owner, point, killed)
        with pytest.raises(KeyboardInterrupt):
            lake.run(task, "2", **(flags if task is bronze else {}))
    _ingest(lake, "3")
    assert lake.rows("bronze.labels", "client_id", "defaulted") == [("1", "1")]
    assert lake.rows("silver.labels", "client_id", "defaulted") == [(1, 1)]
    left = [row for row in lake.rows("ops.ingest_files", "verdict", "rows_removed") if row[1]]
    assert left == [("removed", 2), ("withdrawn", 2)]
