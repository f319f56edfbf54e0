"""A server that is asked more than it can answer: each request is answered or refused, and memory stays."""

import asyncio
import json
from collections import Counter
from pathlib import Path

import httpx
import psutil
import pytest

from localcloud.services.serving.online.rows import OnlineRows
from tests.ml.server.conftest import ROW
from tests.ml.server.processes import LIMIT_S, server, wait_until_it_listens

# Four times what may wait: three of four clients are refused, and ask again at once.
_WAITING, _CLIENTS, _ROUNDS, _REQUESTS, _ROWS = 8, 32, 3, 4, 1_500
_BODY = json.dumps({"dataframe_records": [{"client_id": 1, **ROW}] * _ROWS}).encode()


def _asked(uds: Path) -> list[httpx.Response]:
    """What all clients are answered, each asking one request after the other."""

    async def client(asking: httpx.AsyncClient) -> list[httpx.Response]:
        headers = {"Content-Type": "application/json"}
        return [await asking.post("/invocations", content=_BODY, headers=headers) for _ in range(_REQUESTS)]

    async def together() -> list[httpx.Response]:
        transport = httpx.AsyncHTTPTransport(uds=str(uds), limits=httpx.Limits(max_connections=None))
        async with httpx.AsyncClient(transport=transport, base_url="http://model", timeout=LIMIT_S) as asking:
            return [
                each for found in await asyncio.gather(*(client(asking) for _ in range(_CLIENTS))) for each in found
            ]

    return asyncio.run(together())


@pytest.mark.programs
def test_no_answer_is_lost_and_no_memory_kept(folder: Path, store: OnlineRows, tmp_path: Path) -> None:
    """Each of 384 requests gets the right answer, or 429 with when to come back; rounds end with the same memory."""
    uds = tmp_path / "s"
    with server(folder, store, uds, f"--max-waiting={_WAITING}", workers=1) as process:
        wait_until_it_listens(uds)
        found, held = [], []
        for _ in range(_ROUNDS):
            found += _asked(uds)
            held.append(psutil.Process(process.pid).memory_info().rss)
        statuses = Counter(each.status_code for each in found)
        assert statuses.total() == _ROUNDS * _CLIENTS * _REQUESTS
        assert set(statuses) == {200, 429}
        answers = {each.content for each in found if each.status_code == 200}
        assert [len(json.loads(each)["predictions"]) for each in answers] == [_ROWS]
        assert {each.headers["retry-after"] for each in found if each.status_code == 429} == {"1"}
        assert held[-1] - held[0] < 16 << 20
        with httpx.Client(transport=httpx.HTTPTransport(uds=str(uds)), base_url="http://model") as asking:
            assert asking.post("/invocations", json={"dataframe_records": [{"client_id": 1}]}).status_code == 200
