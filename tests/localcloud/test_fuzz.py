"""Every route, asked by everybody and with what is no body: refused as documented, never by a failure inside."""

import re
from collections.abc import Iterator
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


def _ask(core: Core, method: str, path: str, token: str, body: bytes | None = None) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    content = body if body is not None else b"{}" if method in _WRITE else None
    if content is not None:
        headers["Content-Type"] = "application/json"
    return core.http.request(method, f"{core.url('prod')}{path}", headers=headers, content=content)


def test_without_a_token_that_is_good_here_no_route_answers(world: Core) -> None:
    """401 without one, 403 with a wrong one, an ended one, and one of another workspace."""
    tokens = {
        "none": "",
        "wrong": "dapi-wrong",
        "ended": identity.mint(world.cloud, "stranger", "prod", 0),
        "of another workspace": world.token("stranger", "dev"),
    }
    asked = [each for each in _routes() if not each[1].startswith(("/{", *_VAULTS))]
    answered = {
        (who, method, path, status)
        for method, path in asked
        for who, token in tokens.items()
        if (status := _ask(world, method, _path(path, "x"), token).status_code) not in _REFUSED
    }
    assert answered == set()


def test_nobody_is_answered_by_a_failure(world: Core) -> None:
    """Neither a principal without rights nor the administrator, whatever the names in a path are."""
    asked = [(world.token("stranger"), "x"), *((world.admin_token, name) for name in _NAMES)]
    failed = {
        (method, path, name, answer.text)
        for token, name in asked
        for method, path in _routes()
        if _failed(answer := _ask(world, method, _path(path, name), token))
    }
    assert failed == set()


def test_what_is_no_body_is_refused(world: Core) -> None:
    """By the administrator, to every route that takes one: 4xx, and never a trace of what went wrong inside."""
    answers = {
        (method, path, body[:20]): _ask(world, method, _path(path, "x"), world.admin_token, body)
        for method, path in _routes()
        if method in _WRITE
        for body in _BODIES
    }
    failed = {key: answer.text for key, answer in answers.items() if _failed(answer) or "Traceback" in answer.text}
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
