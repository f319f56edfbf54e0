"""Faults on demand, as the SDK and bare HTTP meet them."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.core import Config
from databricks.sdk.errors import InternalError, RequestLimitExceeded, ResourceExhausted, TemporarilyUnavailable

from tests.localcloud.core import Core, start, stop
from tests.localcloud.services.azure.client import SUBSCRIPTION

ME = "/api/2.0/preview/scim/v2/Me"
CATALOGS = "/api/2.1/unity-catalog/catalogs"
# Its random numbers are 0.13, 0.85, 0.76, 0.26: with a rate of a half the first call is hit, and the fourth.
SEED = 1


@pytest.fixture
def faulty(core: Core) -> Core:
    """A cloud whose faults tests turn on."""
    return core


def _ask(core: Core, method: str, path: str = "", **options: Any) -> httpx.Response:
    return core.call(method, f"{core.account_url}/local/faults{path}", **options)


def _add(core: Core, **body: Any) -> dict[str, Any]:
    answer = _ask(core, "POST", json=body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def _get(core: Core, path: str = ME) -> httpx.Response:
    return core.call("GET", f"{core.url('prod')}{path}")


def _counts(core: Core) -> list[tuple[int, int, int]]:
    return [(each["number"], each["saw"], each["hit"]) for each in _ask(core, "GET").json()["faults"]]


def _until_refused(core: Core) -> WorkspaceClient:
    """The SDK, which gives up at the first wait."""
    config = Config(host=core.url("prod"), token=core.admin_token, auth_type="pat", retry_timeout_seconds=1)
    return WorkspaceClient(config=config)


@pytest.mark.parametrize(
    ("asked", "status", "error_code", "retry_after"),
    [
        ({"kind": "429"}, 429, "RESOURCE_EXHAUSTED", "1"),
        ({"kind": "429", "error_code": "REQUEST_LIMIT_EXCEEDED"}, 429, "REQUEST_LIMIT_EXCEEDED", "1"),
        ({"kind": "503", "retry_after_s": 30}, 503, "TEMPORARILY_UNAVAILABLE", "30"),
        ({"kind": "500"}, 500, "INTERNAL_ERROR", None),
    ],
)
def test_an_error_has_databricks_form(
    faulty: Core, asked: dict[str, Any], status: int, error_code: str, retry_after: str | None
) -> None:
    """Status, code, body and Retry-After; the message says where it comes from and how to end it."""
    _add(faulty, route=ME, **asked)
    answer = _get(faulty)
    assert (answer.status_code, answer.headers.get("retry-after")) == (status, retry_after)
    assert answer.json() == {
        "error_code": error_code,
        "message": "Fault 1 of the local cloud, which was asked for. To turn it off: mlops faults clear",
        "details": [],
    }


def test_azures_routes_fail_in_azures_form(faulty: Core) -> None:
    """Its clients look for `error.code`."""
    _add(faulty, kind="429", route="/subscriptions/**")
    answer = faulty.call("GET", f"{faulty.account_url}{SUBSCRIPTION}/providers?api-version=2024-01-01")
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "TooManyRequests")
    assert answer.headers["retry-after"] == "1"


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"kind": "429", "retry_after_s": 1}, ResourceExhausted),
        ({"kind": "429", "error_code": "REQUEST_LIMIT_EXCEEDED"}, RequestLimitExceeded),
        ({"kind": "503", "retry_after_s": 1}, TemporarilyUnavailable),
    ],
)
def test_the_sdk_gives_up_on_what_never_ends(faulty: Core, asked: dict[str, Any], error: type[Exception]) -> None:
    """It retries until its patience is over, and names the reason."""
    _add(faulty, route=ME, **asked)
    with pytest.raises(TimeoutError) as refused:
        _until_refused(faulty).current_user.me()
    assert isinstance(refused.value.__cause__, error)


@pytest.mark.parametrize("kind", ["429", "503", "dropped"])
def test_the_sdk_gets_over_what_passes(faulty: Core, kind: str) -> None:
    """Of this seed the first call is hit and the next one is not: the SDK asks again by itself, and has its answer."""
    wait = {} if kind == "dropped" else {"retry_after_s": 0}
    _add(faulty, kind=kind, route=ME, rate=0.5, seed=SEED, **wait)
    assert faulty.admin().current_user.me().user_name == "admin@localcloud"
    assert _counts(faulty) == [(1, 2, 1)]


def test_the_sdk_does_not_repeat_an_internal_error(faulty: Core) -> None:
    """A 500 may have done something: one call, one error."""
    _add(faulty, kind="500", route=ME)
    with pytest.raises(InternalError, match="Fault 1 of the local cloud"):
        faulty.admin().current_user.me()
    assert _counts(faulty) == [(1, 1, 1)]


def test_a_dropped_connection_has_no_answer_and_did_nothing(faulty: Core) -> None:
    """Not even a status line; the next call on a new connection is answered."""
    number = _add(faulty, kind="dropped", route=CATALOGS, method="POST")["number"]
    with pytest.raises(httpx.TransportError):
        faulty.call("POST", f"{faulty.url('prod')}{CATALOGS}", json={"name": "lake"})
    names = [each["name"] for each in _get(faulty, CATALOGS).json()["catalogs"]]
    assert "lake" not in names
    assert _ask(faulty, "DELETE", f"/{number}").json() == {"cleared": 1}
    assert faulty.call("POST", f"{faulty.url('prod')}{CATALOGS}", json={"name": "lake"}).status_code == 200


def test_a_slow_answer_comes(faulty: Core) -> None:
    """Whoever waits too little goes without; whoever waits has it."""
    _add(faulty, kind="slow", route=ME, delay_s=0.5)
    with pytest.raises(httpx.ReadTimeout):
        faulty.http.get(f"{faulty.url('prod')}{ME}", timeout=0.1)
    assert _get(faulty).json()["userName"] == "admin@localcloud"
    assert _counts(faulty) == [(1, 2, 2)]


def test_the_same_seed_hits_the_same_calls(faulty: Core) -> None:
    """Of 40 calls the same ones each time, about the rate of them; another seed hits others."""

    def hits(seed: int) -> list[int]:
        number = _add(faulty, kind="503", route=ME, rate=0.25, seed=seed)["number"]
        found = [call for call in range(40) if _get(faulty).status_code == 503]
        _ask(faulty, "DELETE", f"/{number}")
        return found

    first = hits(7)
    assert first == [1, 3, 6, 8, 10, 11, 14, 15, 21, 24, 25, 28, 33, 34, 35]
    assert hits(7) == first
    assert hits(8) != first


def test_only_its_route_and_method_are_hit(faulty: Core) -> None:
    """`*` is one part of a path, `**` any number; other routes do not count as seen."""
    _add(faulty, kind="500", route="/api/*/unity-catalog/catalogs", method="GET")
    _add(faulty, kind="503", route="/api/2.1/unity-catalog/**", method="PATCH")
    assert _get(faulty, CATALOGS).status_code == 500
    assert _get(faulty, f"{CATALOGS}/system").status_code != 500
    assert faulty.call("PATCH", f"{faulty.url('prod')}{CATALOGS}/lake", json={}).status_code == 503
    assert _get(faulty).status_code == 200
    assert _counts(faulty) == [(1, 1, 1), (2, 1, 1)]


def test_of_two_the_older_one_wins_and_both_choose(faulty: Core) -> None:
    """So a fault hits the same calls with and without another one."""
    _add(faulty, kind="503", route=ME)
    _add(faulty, kind="500", route="/**")
    assert _get(faulty).status_code == 503
    assert _counts(faulty) == [(1, 1, 1), (2, 1, 1)]


def test_the_control_routes_never_fail(faulty: Core) -> None:
    """Even where everything fails, faults are listed and cleared, and the clock is shown."""
    _add(faulty, kind="500", route="/**")
    assert _get(faulty).status_code == 500
    assert faulty.call("GET", f"{faulty.account_url}/local/workspaces").status_code == 200
    # The pages ask for a session of their own.
    assert faulty.call("GET", f"{faulty.account_url}/console").status_code == 401
    assert _ask(faulty, "DELETE").json() == {"cleared": 1}
    assert _get(faulty).status_code == 200
    assert _ask(faulty, "GET").json() == {"faults": []}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"kind": "418"}, "kind '418' is none of '429', '500', '503', 'slow', 'dropped'."),
        ({"rate": 1.5}, "rate 1.5 is not a share of the calls: give 0 to 1"),
        ({"rate": -0.1}, "rate -0.1 is not a share of the calls"),
        ({"rate": True}, "rate True is not a share of the calls"),
        ({"seed": "x"}, "seed 'x' is not a whole number."),
        ({"route": "/api/2.1/unheard-of"}, "route '/api/2.1/unheard-of' matches no route that faults can hit"),
        ({"route": "/local/faults"}, "matches no route that faults can hit"),
        (
            {"route": "/console"},
            "docs/parity.md has them, and /local/ and /console are spared.",
        ),
        ({"route": "api"}, "route 'api' is not a path of up to 300 characters"),
        ({"route": "/" + "a" * 300}, "is not a path of up to 300 characters"),
        ({"route": None}, "route None is not a path"),
        ({"method": "PUT"}, f"route '{ME}' matches no route with PUT; it matches some with GET"),
        ({"method": "get"}, "method 'get' is not a method: write it as GET"),
        ({"delay_s": 3}, "delay_s is for slow; 503 has none."),
        ({"error_code": "NOPE"}, "error_code 'NOPE' is not answered with 503; TEMPORARILY_UNAVAILABLE is."),
        ({"retry_after_s": 1.5}, "retry_after_s 1.5 is not a number of whole seconds"),
        ({"kind": "slow", "delay_s": 1e9}, "delay_s 1000000000.0 is not a number of seconds from 0 to 600."),
        ({"speed": 3}, "speed cannot be given; these can: kind, route,"),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(faulty: Core, body: dict[str, Any], message: str) -> None:
    """With what was given and what is allowed; nothing is turned on."""
    answer = _ask(faulty, "POST", json={"kind": "503", "route": ME} | body)
    assert (answer.status_code, answer.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    assert message in answer.json()["message"]
    assert _ask(faulty, "GET").json() == {"faults": []}


def test_all_mistakes_are_said_at_once(faulty: Core) -> None:
    """One round is enough to mend a fault."""
    message = _ask(faulty, "POST", json={"kind": "x", "route": "/nowhere", "rate": 2}).json()["message"]
    assert [word for word in ("kind 'x'", "rate 2", "route '/nowhere'") if word not in message] == []


def test_only_the_admin_has_to_do_with_faults(faulty: Core) -> None:
    """Nobody else sees, adds or clears them."""
    faulty.application("runner")
    token = faulty.token("runner")
    asked: list[tuple[str, str]] = [("GET", ""), ("POST", ""), ("DELETE", ""), ("DELETE", "/1")]
    answers = [_ask(faulty, method, path, token=token).status_code for method, path in asked]
    assert answers == [403, 403, 403, 403]


def test_a_fault_that_is_not_on_cannot_be_cleared(faulty: Core) -> None:
    """The answer names those that are."""
    _add(faulty, kind="500", route=ME)
    answer = _ask(faulty, "DELETE", "/7")
    assert (answer.status_code, answer.json()["message"]) == (404, "Fault 7 is not on; on are: 1.")


def test_a_restart_ends_all_faults(tmp_path: Path) -> None:
    """They are no part of the state that survives."""
    first = start(tmp_path)
    _add(first, kind="500", route=ME)
    stop(first)
    second = start(tmp_path)
    assert _ask(second, "GET").json() == {"faults": []}
    assert _get(second).status_code == 200
    stop(second)
