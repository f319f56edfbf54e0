"""Requests that arrive together share a query, and each keeps its own answer or refusal."""

import asyncio
import dataclasses
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx

from localcloud.services.serving.online.rows import OnlineRows
from ml.server.app import Application
from ml.server.online import OnlineStore
from ml.server.requests import Row
from ml.server.version import Version
from tests.ml.server.conftest import ROW


class _Counted(OnlineStore):
    """The file, asked as if it lay behind a network; it keeps the keys of each query."""

    waits = True

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.queries: list[Sequence[str]] = []

    def read(self, online_table: str, keys: Sequence[str]) -> Mapping[str, Row]:
        self.queries.append(keys)
        return super().read(online_table, keys)


def _asked(version: Version, rows: Sequence[dict[str, Any]]) -> Sequence[httpx.Response]:
    async def together() -> Sequence[httpx.Response]:
        transport = httpx.ASGITransport(app=Application(version))
        async with httpx.AsyncClient(transport=transport, base_url="http://model") as client:
            return await asyncio.gather(
                *(client.post("/invocations", json={"dataframe_records": [row]}) for row in rows)
            )

    return asyncio.run(together())


def test_a_query_is_shared_and_an_answer_is_not(looking: Version, store: OnlineRows) -> None:
    """Known and unknown keys, a value of its own, a key of the wrong type and a missing one, forty times at once."""
    mixed = [{"client_id": 1}, {"client_id": 1, "age": 70}, {"client_id": 2}, {"client_id": "x"}, {**ROW}]
    counted = _Counted(store.file)
    answers = _asked(dataclasses.replace(looking, store=counted), mixed * 40)
    alone = _asked(looking, mixed)
    assert [one.status_code for one in alone] == [200, 200, 400, 400, 400]
    assert [(one.status_code, one.content) for one in answers] == [(one.status_code, one.content) for one in alone] * 40
    assert len(counted.queries) <= 10
    assert {key for keys in counted.queries for key in keys} == {"1", "2"}


def test_features_in_the_request_need_no_query(looking: Version, store: OnlineRows) -> None:
    """A request that contains every feature is answered while its table is not even asked for."""
    counted = _Counted(store.file)
    (answer,) = _asked(dataclasses.replace(looking, store=counted), [{"client_id": 9, **ROW}])
    assert len(json.loads(answer.content)["predictions"]) == 1
    assert counted.queries == []
