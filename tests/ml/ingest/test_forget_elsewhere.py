"""A person who is forgotten, in feeds that are no files: their old rows leave, and new ones bring nothing of them."""

import json
from dataclasses import replace

import pytest

from ml.declarations import Column, Feed, JobSettings, Layer, Login, OtherTable, Source, Table, Topic
from ml.ingest import bronze, requests, silver, topic
from ml.people import Request, person_column
from tests.ml.ingest.hub import Hub
from tests.ml.lake import CREDIT, Lake
from tests.ml.small import declare, small

pytestmark = pytest.mark.slow

THEIRS = "test.clinic_silver.visits"
VISITS = Table(
    name="visits",
    layer=Layer.SILVER,
    owner="owners",
    comment="One row per visit.",
    keys=("visit_id",),
    columns=(
        Column(name="visit_id", type="bigint", comment="Which."),
        Column(name="client_id", type="bigint", comment="Whose."),
        Column(name="visited_on", type="date", comment="When."),
    ),
)


def _declare(lake: Lake, source: Source | OtherTable | Topic) -> None:
    feed = Feed(name="visits", silver=VISITS, period_column="visited_on", source=source)
    narrow = small()
    jobs = replace(narrow.jobs, ingest_cron="0 0 * * * ?")
    assert isinstance(jobs, JobSettings)
    declare(lake.monkeypatch, replace(narrow, feeds=(*narrow.feeds, feed), jobs=jobs))


def _ingest(lake: Lake, run_id: str, **flags: str) -> None:
    lake.run(bronze, run_id, **flags)
    lake.run(silver, run_id)


def _asked(key: str) -> dict[str, str]:
    return {"forget": str(Request.of(key, person_column(CREDIT))), "reason": "asked to be", "by": "ann"}


def test_rows_of_another_teams_table(lake: Lake) -> None:
    """What was read leaves, what is written later is counted as removed."""
    _declare(lake, OtherTable(name="clinic_silver.visits"))
    theirs = f"delta.`{lake.root}/test/clinic_silver/visits`"
    lake.spark.sql(
        f"CREATE TABLE {theirs} (visit_id BIGINT, client_id BIGINT, visited_on DATE) USING delta "
        "TBLPROPERTIES (delta.enableChangeDataFeed = true)"
    ).collect()
    lake.spark.sql(f"INSERT INTO {theirs} VALUES (1, 181, DATE'2024-02-01'), (2, 18, DATE'2024-02-01')").collect()
    _ingest(lake, "1")
    _ingest(lake, "2", **_asked("181"))
    assert lake.rows("silver.visits", "visit_id", "client_id") == [(2, 18)]
    lake.spark.sql(f"INSERT INTO {theirs} VALUES (3, 181, DATE'2024-02-02'), (4, 2, DATE'2024-02-02')").collect()
    _ingest(lake, "3")
    assert lake.rows("bronze.visits", "visit_id", "client_id") == [("2", "18"), ("4", "2")]
    assert lake.rows("silver.visits", "visit_id", "client_id") == [(2, 18), (4, 2)]
    ledger = lake.rows("ops.ingest_files", "source_file", "verdict", "rows_in", "rows_kept", "rows_removed")
    assert [row for row in ledger if row[0] == f"{THEIRS}@v2" and row[1] == "loaded"] == [
        (f"{THEIRS}@v2", "loaded", 2, 1, 1)
    ]


def _visit(number: int, client: int) -> bytes:
    return json.dumps({"visit_id": number, "client_id": client, "visited_on": "2024-02-01"}).encode()


def test_messages_of_a_topic(lake: Lake, broker: str) -> None:
    """A later message is emptied and stands in quarantine, so that every offset is accounted for."""
    hub = Hub(lake.spark, broker)
    lake.monkeypatch.setattr(topic, "read_secret", lambda *_: broker)
    _declare(lake, Topic(name=hub.name, secrets="bus", login=Login.NONE))
    hub.send(_visit(1, 181), _visit(2, 18))
    _ingest(lake, "1", secret_scope="local")
    _ingest(lake, "2", secret_scope="local", **_asked("181"))
    assert lake.rows("bronze.visits", "visit_id", "_row_number") == [("2", 1)]
    hub.send(_visit(3, 181), _visit(4, 2))
    _ingest(lake, "3", secret_scope="local")
    assert lake.rows("silver.visits", "visit_id", "client_id") == [(2, 18), (4, 2)]
    assert lake.rows("silver.visits_quarantine", "visit_id", "client_id", "_row_number", "_reason") == [
        (None, None, 2, "its person is forgotten")
    ]
    assert lake.rows("bronze.visits", "_row_number", "visit_id", "client_id") == [
        (1, "2", "18"),
        (2, None, None),
        (3, "4", "2"),
    ]


@pytest.mark.parametrize("withdraw", [pytest.param("", marks=pytest.mark.long), "labels/2023-02.csv"])
def test_what_a_continuous_ingest_is_asked_is_done_by_its_next_round(lake: Lake, withdraw: str) -> None:
    """The job beside it records what is asked; bronze, which is given nothing, then removes it."""
    declare(lake.monkeypatch, small())
    lake.land("applications", "2023-01", (181, 40), (18, 40))
    lake.land("labels", "2023-02", (181, 1), (18, 0))
    _ingest(lake, "1")
    asked = {"withdraw": withdraw, "reason": "wrong", "by": "ann"} if withdraw else _asked("181")
    lake.run(requests, "2", **asked)
    assert len(lake.rows("bronze.labels", "client_id")) == 2
    _ingest(lake, "3")
    assert lake.rows("bronze.labels", "client_id") == ([] if withdraw else [("18",)])
    assert lake.rows("bronze.applications", "client_id") == ([("18",), ("181",)] if withdraw else [("18",)])
