"""Features looked up in a real PostgreSQL server, with the answers that the SQLite file gives."""

import asyncio
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from localcloud.beside.postgres import Postgres
from localcloud.services.serving.online.rows import OnlineRows
from ml.server.app import Application
from ml.server.copy_features import copy
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
    assert (away.status_code, away.json()["error_code"]) == (503, "TEMPORARILY_UNAVAILABLE")
    assert _ask(version, KEYS[0])[0].status_code == 200
