"""The server's own description of what it takes and answers."""

import asyncio

import httpx
import pytest

from ml.server.app import Application
from ml.server.version import Version


def _asked(version: Version) -> tuple[httpx.Response, httpx.Response]:
    """The document, and the answer to the request that it has as an example."""

    async def ask() -> tuple[httpx.Response, httpx.Response]:
        transport = httpx.ASGITransport(app=Application(version))
        async with httpx.AsyncClient(transport=transport, base_url="http://model") as client:
            document = await client.get("/openapi.json")
            content = document.json()["paths"]["/invocations"]["post"]["requestBody"]["content"]
            return document, await client.post("/invocations", json=content["application/json"]["schema"]["example"])

    return asyncio.run(ask())


def test_a_version_that_looks_features_up_needs_the_key_alone(looking: Version) -> None:
    """What it takes beside is optional, and a feature that may be null says so."""
    document, answer = _asked(looking)
    row = document.json()["components"]["schemas"]["Row"]
    assert row["required"] == ["client_id"]
    assert {name: kind["type"] for name, kind in row["properties"].items()} == {
        "income": ["number", "null"],
        "age": "integer",
        "owner": "boolean",
        "client_id": ["integer", "string"],
    }
    assert (answer.status_code, document.json()["info"]["version"]) == (200, "7")


def test_a_version_that_is_given_its_features_needs_all_of_them(raw: Version) -> None:
    """The example is a request that it answers."""
    document, answer = _asked(raw)
    assert document.json()["components"]["schemas"]["Row"]["required"] == ["income", "age", "owner"]
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "allowed"), [("POST", "/ping", "GET, HEAD"), ("PUT", "/invocations", "POST")]
)
def test_another_method_is_told_which_ones_there_are(raw: Version, method: str, path: str, allowed: str) -> None:
    """405 with the header `Allow`."""

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=Application(raw))
        async with httpx.AsyncClient(transport=transport, base_url="http://model") as client:
            return await client.request(method, path)

    answer = asyncio.run(ask())
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
