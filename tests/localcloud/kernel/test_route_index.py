"""Routes found by how their paths begin."""

import re
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient
from starlette.routing import Match

from localcloud.kernel.route_index import RouteIndex
from localcloud.routers import ROUTERS

# The routes that answer at their own hosts alone, by their modules.
_VAULT = b"a.vault.azure.net"
HOSTS = {"filesystems": b"a.dfs.core.windows.net", "vault_keys": _VAULT, "vault_secrets": _VAULT}


def _router(prefix: str, name: str, *paths: str) -> APIRouter:
    router = APIRouter(prefix=prefix)
    for path in paths:
        router.add_api_route(path, lambda: name, methods=["GET"])
    return router


@pytest.fixture
def client() -> TestClient:
    """Three routers, of which the last takes any path."""
    everything = APIRouter()
    for router in (_router("/api/2.0/jobs", "jobs", "/get"), _router("/api", "versions", "/{version}/jobs/{job}")):
        everything.include_router(router)
    everything.include_router(_router("", "unknown", "/{path:path}"))
    return TestClient(FastAPI(routes=[RouteIndex(everything.routes)]))


@pytest.mark.parametrize(
    ("path", "by"),
    [("/api/2.0/jobs/get", "jobs"), ("/api/2.0/jobs/7", "versions"), ("/api/2.0", "unknown"), ("/", "unknown")],
)
def test_the_first_router_that_has_the_path_answers(client: TestClient, path: str, by: str) -> None:
    """Whatever of its beginning is declared, and whatever is a parameter."""
    assert client.get(path).json() == by


def test_a_verb_that_no_router_has_is_refused(client: TestClient) -> None:
    """405 from the first router with the path."""
    assert client.delete("/api/2.0/jobs/get").status_code == 405


def test_every_route_of_the_local_cloud_is_chosen_as_without_the_index() -> None:
    """For each declared path and method, the first route of the first router that has it."""
    everything = APIRouter()
    for router in ROUTERS:
        everything.include_router(router)
    index, asked = RouteIndex(everything.routes), 0
    for context in index.effective_route_contexts():
        scope: dict[str, Any] = {
            "type": "http",
            "headers": [(b"host", HOSTS.get(context.endpoint.__module__.rpartition(".")[2], b"127.0.0.1"))],
            "path": re.sub(r"\{\w+(:\w+)?\}", "2.0", context.path),
            "method": min(context.methods),
        }
        listed: Any = next(route for route in everything.routes if route.matches(dict(scope))[0] is Match.FULL)
        first = next(each for each in listed.effective_route_contexts() if each.matches(dict(scope))[0] is Match.FULL)
        match, child = index.matches(dict(scope))
        assert (match, child["localcloud.route"]) == (Match.FULL, first), context.path
        asked += 1
    assert asked > 300
