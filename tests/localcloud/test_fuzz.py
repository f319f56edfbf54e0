"""Every route, asked by everybody and with what is no body: refused as documented, never by a failure inside."""

import asyncio
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, cast

import httpx
import pytest

from localcloud.app import create_app
from localcloud.kernel import identity
from localcloud.parity import served
from tests.localcloud.core import Core, leave, start

# What answers without a token: where to sign in, signing in, links that are secrets, and pages, which have a door.
_OPEN = ("/.well-known/", "/metadata/", "/{tenant}/oauth2/", "/local/signed/", "/local/sql-results/", "/console")
# What is no object, or one that nobody sends.
_BODIES = (b"{", b"[]", b'"text"', b"null", b"\xff\xfe", b"[" * 5000, b'{"name": {"a": [1]}, "x": NaN}')
_NAMES = ("x", "0", "..%2f..%2fetc", "%00", "a.b.c")
_WRITE = ("POST", "PUT", "PATCH")
# The vault's and the account's own hosts, where routes answer that begin with any name.
_VAULTS = ("/keys", "/deletedkeys", "/secrets", "/certificates")
_REFUSED, _MISSING_PART = (401, 403), 503

Route = tuple[str, str]


def _routes() -> list[Route]:
    found = sorted(served(create_app(cast(Any, None)).routes))
    return [each for each in found if not each[1].startswith(_OPEN)]


def _path(route: str, name: str) -> str:
    return re.sub(r"\{[^}]+\}", name, route.replace("{version}", "2.1"))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Core]:
    """A served cloud with a principal without rights, `stranger`."""
    core = start(tmp_path_factory.mktemp("fuzz") / "home")
    core.application("stranger")
    yield core
    leave(core)


@dataclass(frozen=True)
class Asked:
    """One request: to `method` of a route, with `name` in place of each parameter of its path."""

    method: str
    route: str
    token: str
    name: str = "x"
    body: bytes | None = None

    def request(self, core: Core) -> httpx.Request:
        """To `prod`, with an object as the body of a route that takes one."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        content = self.body if self.body is not None else b"{}" if self.method in _WRITE else None
        if content is not None:
            headers["Content-Type"] = "application/json"
        url = f"{core.url('prod')}{_path(self.route, self.name)}"
        return httpx.Request(self.method, url, headers=headers, content=content)


def _ask(core: Core, method: str, path: str, token: str, body: bytes | None = None) -> httpx.Response:
    return core.http.send(Asked(method, path, token, body=body).request(core))


def _answers(core: Core, asked: Iterable[Asked]) -> list[tuple[Asked, httpx.Response]]:
    """Each with its answer by the application itself: over a socket thousands of requests take twice as long."""

    async def answered() -> list[tuple[Asked, httpx.Response]]:
        transport = httpx.ASGITransport(create_app(core.cloud), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport) as client:
            return [(each, await client.send(each.request(core))) for each in asked]

    return asyncio.run(answered())


def test_without_a_token_that_is_good_here_no_route_answers(world: Core) -> None:
    """401 without one, 403 with a wrong one, an ended one, and one of another workspace."""
    tokens = {
        "": "none",
        "dapi-wrong": "wrong",
        identity.mint(world.cloud, "stranger", "prod", 0): "ended",
        world.token("stranger", "dev"): "of another workspace",
    }
    routes = [each for each in _routes() if not each[1].startswith(("/{", *_VAULTS))]
    answered = {
        (tokens[asked.token], asked.method, asked.route, answer.status_code)
        for asked, answer in _answers(world, (Asked(*route, token) for route in routes for token in tokens))
        if answer.status_code not in _REFUSED
    }
    assert answered == set()


def test_nobody_is_answered_by_a_failure(world: Core) -> None:
    """Neither a principal without rights nor the administrator, whatever the names in a path are."""
    stranger = (Asked(*route, world.token("stranger")) for route in _routes())
    admin = (Asked(*route, world.admin_token, name) for route in _routes() for name in _names(route))
    failed = {
        (asked.method, asked.route, asked.name, answer.text)
        for asked, answer in _answers(world, (*stranger, *admin))
        if _failed(answer)
    }
    assert failed == set()


def _names(route: Route) -> tuple[str, ...]:
    """What to put in place of the path's parameters; of a path without any, all names make the same request."""
    return _NAMES if _path(route[1], "") != _path(route[1], "x") else _NAMES[:1]


def test_what_is_no_body_is_refused(world: Core) -> None:
    """By the administrator, to every route that takes one: 4xx, and never a trace of what went wrong inside."""
    routes = [route for route in _routes() if route[0] in _WRITE]
    failed = {
        (asked.method, asked.route, (asked.body or b"")[:20]): answer.text
        for asked, answer in _answers(
            world, (Asked(*route, world.admin_token, body=body) for route in routes for body in _BODIES)
        )
        if _failed(answer) or "Traceback" in answer.text
    }
    assert failed == {}


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/api/2.2/jobs/create", "MALFORMED_REQUEST"),
        ("/api/2.0/mlflow/experiments/create", "MALFORMED_REQUEST"),
        ("/api/2.0/workspace/import", "MALFORMED_REQUEST"),
    ],
)
def test_malformed_json_is_a_malformed_request(world: Core, path: str, code: str) -> None:
    """400, whichever part of the cloud reads it."""
    answer = _ask(world, "POST", path, world.admin_token, b'{"name": ')
    assert (answer.status_code, answer.json()["error_code"]) == (400, code)


def test_another_verb_of_a_route_is_no_endpoint(world: Core) -> None:
    """404, and not what says that the local cloud lacks a route."""
    answer = _ask(world, "PUT", "/api/2.2/jobs/create", world.admin_token)
    assert (answer.status_code, answer.json()["error_code"]) == (404, "ENDPOINT_NOT_FOUND")
    for verb in ("TRACE", "PROPFIND"):
        unusual = _ask(world, verb, "/api/2.2/jobs/create", world.admin_token)
        assert (unusual.status_code, unusual.json()["error_code"]) == (404, "ENDPOINT_NOT_FOUND")
        unheard = _ask(world, verb, "/api/2.0/unheard-of", world.admin_token)
        assert (unheard.status_code, unheard.json()["error_code"]) == (501, "NOT_IMPLEMENTED")


def test_a_body_that_is_too_large_is_refused(world: Core) -> None:
    """413 beyond 10 MB for jobs, 4 MB for Azure's resources and 20 MB elsewhere, whether its length is said or not."""
    large = b'{"name": "' + b"x" * (11 * 2**20) + b'"}'
    answer = _ask(world, "POST", "/api/2.2/jobs/create", world.admin_token, large)
    assert (answer.status_code, answer.json()["error_code"]) == (413, "REQUEST_TOO_LARGE")
    headers = {"Authorization": f"Bearer {world.admin_token}"}
    for path, chunk, chunks in (("/subscriptions/s/resourceGroups/g", 2**20, 5), ("/api/2.0/secrets/put", 2**20, 21)):
        content = (b"x" * chunk for _ in range(chunks))
        sent = world.http.request("PUT", f"{world.account_url}{path}", headers=headers, content=content)
        assert (sent.status_code, sent.json()["error_code"]) == (413, "REQUEST_TOO_LARGE")
    within = _ask(world, "POST", "/api/2.0/secrets/put", world.admin_token, large)
    assert within.status_code == 400


def _failed(answer: httpx.Response) -> bool:
    return answer.status_code >= 500 and answer.status_code not in (501, _MISSING_PART)
