"""A person who is forgotten: every table loses them, and no delivery brings them back."""

import json
from typing import Any

import pytest

from ml.features import build
from ml.ingest import bronze, file_log, silver
from ml.people import Request, person_column
from ml.streams.checkpoint import Checkpoint
from ml.tables import Tables
from tests.ml.lake import CREDIT, Lake
from tests.ml.small import declare, small

pytestmark = pytest.mark.slow

TABLES = (
    "bronze.applications",
    "bronze.labels",
    "silver.applications",
    "silver.applications_quarantine",
    "silver.labels",
    "silver.labels_quarantine",
)
GOLD = ("gold.client_features", "gold.client_outcomes", "gold.client_outcomes_quarantine")
FOLDER = "/Volumes/test/credit_bronze/landing"


@pytest.fixture(autouse=True)
def _narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    declare(monkeypatch, small())


def _ingest(lake: Lake, run_id: str, **flags: str) -> None:
    lake.run(bronze, run_id, **flags)
    lake.run(silver, run_id)


def _asked(key: str, **more: str) -> dict[str, str]:
    return {"forget": str(Request.of(key, person_column(CREDIT))), "reason": "asked to be", "by": "ann"} | more


def _whose(lake: Lake, *tables: str) -> set[object]:
    """Every client that the tables name, as text."""
    return {str(row[0]) for table in tables for row in lake.rows(table, "client_id")}


def _land(lake: Lake) -> None:
    lake.land("applications", "2023-01", (181, 40), (18, 40), (181, ""), (1811, 40))
    lake.land("applications", "2023-02", (" 181", 40), ("0181", 40), (2, 40))
    lake.land("labels", "2023-02", (181, 1), (18, 0), ("x", 0))
    # Its third field is one too many: nobody knows what it says, but whose it is.
    with (lake.folder("labels") / "2023-02.csv").open("a") as file:
        file.write("181,0,0\n")


def _ingested(lake: Lake) -> None:
    _land(lake)
    _ingest(lake, "1")


def test_no_table_has_the_person_and_all_others_stay(lake: Lake, capfd: pytest.CaptureFixture[str]) -> None:
    """Valid, rejected and misplaced records go, however the key is spelled; the report says who was trained on them."""
    lake.begin("ingested", lambda: _ingested(lake))
    lake.run(build, "1")
    version = str(lake.tables.version("test.credit_gold.client_features"))
    models = [
        {"model": "m", "version": 2, "table": "test.credit_gold.client_features", "table_version": version},
        {"model": "m", "version": 1, "table": "test.credit_gold.client_features", "table_version": 0},
        {"model": "m", "version": 0, "table": "test.credit_gold.client_features", "table_version": 99},
    ]
    assert "181" in _whose(lake, *GOLD)
    capfd.readouterr()
    _ingest(lake, "2", **_asked("181", trained=json.dumps(models)))
    lake.run(build, "2")
    assert _whose(lake, *TABLES, *GOLD) == {"18", "1811", "2", "x"}
    assert lake.rows("silver.labels_quarantine", "_fields") == [(None,)]
    said = next(json.loads(line) for line in capfd.readouterr().out.splitlines() if '"bronze"' in line)
    assert said["rows_removed"] == 6
    assert said["person_found"] is True
    assert said["landing_files"] == [
        f"{FOLDER}/applications/2023-01.csv",
        f"{FOLDER}/applications/2023-02.csv",
        f"{FOLDER}/labels/2023-02.csv",
    ]
    assert [model["had"] for model in said["trained_on"]] == [True, False, None]


def test_a_later_delivery_does_not_bring_them_back_and_is_accounted_for(lake: Lake) -> None:
    """Nor does a stream that starts anew; what was left out is counted as removed."""
    lake.begin("ingested", lambda: _ingested(lake))
    _ingest(lake, "2", **_asked("181"))
    lake.land("labels", "2023-03", (181, 1), (2, 0), ("+181", 0))
    _ingest(lake, "3")
    assert _whose(lake, *TABLES) == {"18", "1811", "2", "x"}
    ledger = lake.rows("ops.ingest_files", "source_file", "verdict", "rows_in", "rows_kept", "rows_removed")
    assert (f"{FOLDER}/labels/2023-03.csv", "loaded", 3, 1, 2) in ledger
    for folder in ("bronze", "removals", "silver"):
        for path in (lake.root / "test" / "credit_ops" / "checkpoints" / folder).rglob("*.json"):
            path.unlink()
    _ingest(lake, "4")
    assert _whose(lake, *TABLES) == {"18", "1811", "2", "x"}


def test_the_record_says_who_and_why_and_not_whom(lake: Lake) -> None:
    """Asking again changes nothing; asking for somebody unknown records nobody."""
    lake.begin("ingested", lambda: _ingested(lake))
    _ingest(lake, "2", **_asked("181"))
    ((person, column, run_id, reason, by),) = lake.rows(
        "ops.forgotten", "person", "key_column", "run_id", "reason", "forgotten_by"
    )
    assert (column, run_id, reason, str(by).partition(",")[0]) == ("client_id", "2", "asked to be", "ann")
    assert person != "181"
    versions = lake.versions()
    _ingest(lake, "3", **_asked("181"))
    _ingest(lake, "4", **_asked("777"))
    assert len(lake.rows("ops.forgotten")) == 1
    assert lake.versions() == versions


def _labels(lake: Lake) -> None:
    lake.land("labels", "2023-02", (181, 0), (2, 0))
    _ingest(lake, "1")


_MORE = [("append", True), ("plan", True), ("record", True), ("commit", False)]
POINTS = [("replace_part", True), *(pytest.param(*point, marks=pytest.mark.long) for point in _MORE)]


@pytest.mark.parametrize(("point", "done"), POINTS)
def test_killed_at_any_point_the_next_run_completes_it(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, point: str, *, done: bool
) -> None:
    """Once it is recorded, whatever run comes next, without the key: each row has left once."""
    lake.begin("labels", lambda: _labels(lake))
    owner: Any = {"record": file_log, "plan": Checkpoint, "commit": Checkpoint}.get(point, Tables)
    usual = getattr(owner, point)

    def killed(*given: Any, **named: Any) -> None:
        if done:
            usual(*given, **named)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(owner, point, killed)
        with pytest.raises(KeyboardInterrupt):
            lake.run(bronze, "2", **_asked("181"))
    _ingest(lake, "3")
    assert _whose(lake, "bronze.labels", "silver.labels") == {"2"}
    left = [row for row in lake.rows("ops.ingest_files", "verdict", "rows_removed") if row[1]]
    assert left == [("forgotten", 1), ("removed", 1)]
