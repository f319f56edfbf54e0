"""Features looked up in a real PostgreSQL server, with the answers that the SQLite file gives."""

import asyncio
import re
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg2
import pytest

from localcloud.beside.postgres import Postgres
from localcloud.services.serving.online.rows import OnlineRows
from ml.server.app import Application
from ml.server.copy_features import copy
from ml.server.postgres import PAUSE_S, PostgresStore
from ml.server.version import Version, load
from tests.ml.server.conftest import ONLINE, ROW, TABLE

KEYS = [{"client_id": 1}, {"client_id": 2}, {"client_id": 3}]


@pytest.fixture(scope="module")
def address(postgres: Postgres) -> Iterator[str]:
    """The database, whose password libpq finds in the environment."""
    found = postgres.secrets
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PGPASSWORD", found["password"])
        yield f"postgresql://{found['user']}@{found['host']}:{found['port']}/{found['database']}"


def _ask(version: Version, *keys: object) -> list[httpx.Response]:
    """One answer per key, then the metrics."""

    async def asked() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app=Application(version))
        async with httpx.AsyncClient(transport=transport, base_url="http://model") as client:
            answers = [await client.post("/invocations", json={"dataframe_records": [key]}) for key in keys]
            return [*answers, await client.get("/metrics")]

    return asyncio.run(asked())


def _ask_at_once(version: Version, count: int, **options: Any) -> list[httpx.Response]:
    """The answers to requests by key that arrive together, then the metrics."""

    async def asked() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app=Application(version, **options))
        async with httpx.AsyncClient(transport=transport, base_url="http://model") as client:
            body = {"dataframe_records": [KEYS[0]]}
            answers = await asyncio.gather(*(client.post("/invocations", json=body) for _ in range(count)))
            return [*answers, await client.get("/metrics")]

    return asyncio.run(asked())


def _rows(file: Path, *, published_at: float) -> OnlineRows:
    rows = OnlineRows(file)
    rows.replace(ONLINE, [("1", ROW), ("2", {**ROW, "income": None})])
    rows.announce(ONLINE, TABLE, key_is_text=False, published_at=published_at)
    return rows


def test_answers_are_those_of_the_file(folder: Path, tmp_path: Path, address: str) -> None:
    """Known keys, a null, an unknown key; a copy takes the place of the one before."""
    rows = _rows(tmp_path / "online.db", published_at=time.time())
    assert copy(rows.file, address) == copy(rows.file, address) == 2
    in_file, in_database = (load(folder, "3", store) for store in (rows.file, address))
    expected, found = _ask(in_file, *KEYS)[:-1], _ask(in_database, *KEYS)[:-1]
    assert [(one.status_code, one.content) for one in found] == [(one.status_code, one.content) for one in expected]
    assert [one.status_code for one in found][:2] == [200, 200]
    rows.replace(ONLINE, [("1", ROW)])
    assert copy(rows.file, address) == 1
    rows.close()


def test_features_that_are_too_old_are_refused_and_their_age_is_a_metric(
    folder: Path, tmp_path: Path, address: str
) -> None:
    """503; a request that brings its features is answered."""
    long_ago = datetime.now(UTC) - timedelta(seconds=500)
    rows = _rows(tmp_path / "online.db", published_at=long_ago.timestamp())
    copy(rows.file, address)
    rows.close()
    version = load(folder, "3", address, max_features_age_s=100)
    refused, brought, metrics = _ask(version, KEYS[0], {**KEYS[0], **ROW})
    assert (refused.status_code, refused.json()["error_code"]) == (503, "FEATURES_TOO_OLD")
    assert "the limit is 100 s: publish them again" in refused.json()["message"]
    assert brought.status_code == 200
    assert metrics.headers["content-type"].startswith("application/openmetrics-text")
    assert re.findall(r'scoring_answers_total{status="(\d+)".*} (\d+)', metrics.text) == [("200", "1"), ("503", "1")]
    values = {line.partition("{")[0]: line.rpartition(" ")[2] for line in metrics.text.splitlines() if "{" in line}
    assert values["scoring_seconds_count"] == "2"
    assert f'scoring_features_age_seconds{{table="{TABLE}",version="3"' in metrics.text
    assert 500 <= float(values["scoring_features_age_seconds"]) < 900
    assert metrics.text.endswith("# EOF\n")


def test_a_database_that_is_away_is_a_503_and_comes_back(
    folder: Path, tmp_path: Path, postgres: Postgres, address: str
) -> None:
    """Without a stack trace; the server connects again by itself."""
    rows = _rows(tmp_path / "online.db", published_at=time.time())
    copy(rows.file, address)
    rows.close()
    version = load(folder, "3", address)
    assert _ask(version, KEYS[0])[0].status_code == 200
    postgres.stop()
    try:
        away = _ask(version, KEYS[0])[0]
    finally:
        postgres.start()
    time.sleep(PAUSE_S)
    assert (away.status_code, away.json()["error_code"]) == (503, "TEMPORARILY_UNAVAILABLE")
    assert _ask(version, KEYS[0])[0].status_code == 200


def test_a_database_that_is_frozen_or_locked_holds_no_request(
    folder: Path, tmp_path: Path, postgres: Postgres, address: str
) -> None:
    """503 with Retry-After within the limit, and the metrics still come; 429 beyond what may wait; then answers again.

    Frozen: its connections stay open and say nothing. Locked: it waits for another transaction, and is told to stop.
    """
    rows = _rows(tmp_path / "online.db", published_at=time.time())
    copy(rows.file, address)
    rows.close()
    version = load(folder, "3", address, look_up_limit_s=0.3)
    assert _ask(version, KEYS[0])[0].status_code == 200
    with postgres.frozen():
        *away, metrics = _ask_at_once(version, 12, max_waiting=10, look_up_limit_s=0.3)
    told = [(one.status_code, one.json()["error_code"], one.headers["retry-after"]) for one in away]
    assert told.count((503, "TEMPORARILY_UNAVAILABLE", "1")) == 10
    assert told.count((429, "REQUEST_LIMIT_EXCEEDED", "1")) == 2
    assert (metrics.status_code, "features_age_seconds{" in metrics.text) == (200, False)
    with closing(psycopg2.connect(address)) as other, other, other.cursor() as cursor:
        cursor.execute("LOCK TABLE published IN ACCESS EXCLUSIVE MODE")
        time.sleep(2 * PAUSE_S)
        slow = _ask(version, KEYS[0])[0]
    assert (slow.status_code, slow.headers["retry-after"]) == (503, "1")
    assert slow.json()["message"].startswith("The online store takes too long: try again later")
    assert _ask(version, KEYS[0])[0].status_code == 200


def test_a_server_that_starts_while_the_database_is_away_waits_for_it(
    folder: Path, tmp_path: Path, postgres: Postgres, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """As a worker does that takes the place of a killed one; if the database stays away, it says so."""
    rows = _rows(tmp_path / "online.db", published_at=time.time())
    copy(rows.file, address)
    rows.close()
    postgres.stop()
    back = threading.Timer(0.2, postgres.start)
    try:
        with pytest.raises(psycopg2.OperationalError, match="Connection refused"):
            PostgresStore(address, patience_s=0)
        back.start()
        assert PostgresStore(address).read(ONLINE, ["1"]) == {"1": ROW}
    finally:
        back.join()
    assert "the online store is away: OperationalError" in capsys.readouterr().err
