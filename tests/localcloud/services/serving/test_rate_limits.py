"""Rate limits of an endpoint's AI gateway: who is answered 429, when again, and what Databricks would refuse."""

from typing import Any

import pytest
from databricks.sdk.errors import InvalidParameterValue
from databricks.sdk.service import serving as sdk

from localcloud.kernel.errors import ApiError
from localcloud.kernel.identity import Caller
from localcloud.services.serving.rate_limits import RateLimiter
from tests.localcloud.services.serving.world import World, entity

ROW = {"dataframe_records": [{"credit_limit": 200_000.0, "age": 30}]}
EACH_TWICE = {"key": "user", "calls": 2, "renewal_period": "minute"}


def _caller(principal: str, *groups: str) -> Caller:
    return Caller(
        principal=principal,
        display_name=principal,
        groups=frozenset(groups),
        workspace=None,
        is_admin=False,
        is_workspace_admin=False,
    )


def _endpoint(*limits: dict[str, Any]) -> dict[str, Any]:
    return {"id": "e", "name": "risk", "ai_gateway": {"rate_limits": list(limits)}}


def _answers(limiter: RateLimiter, endpoint: dict[str, Any], caller: Caller, calls: int) -> list[int]:
    """The status of each of `calls` requests."""
    found = []
    for _ in range(calls):
        try:
            limiter.admit(endpoint, caller)
            found.append(200)
        except ApiError as error:
            found.append(error.status)
    return found


def test_one_caller_too_often_leaves_others_their_calls(world: World) -> None:
    """The third call of a caller within the minute gets Databricks' 429; another caller is answered; then no limit."""
    found = world.endpoint("limited", world.versions["one"])
    client = world.client()
    other = client.service_principals.create(display_name="limited-other")
    client.serving_endpoints.set_permissions(
        str(found.id),
        access_control_list=[
            sdk.ServingEndpointAccessControlRequest(
                service_principal_name=other.application_id,
                permission_level=sdk.ServingEndpointPermissionLevel.CAN_QUERY,
            )
        ],
    )
    limit = sdk.AiGatewayRateLimit.from_dict(EACH_TWICE)
    assert client.serving_endpoints.put_ai_gateway("limited", rate_limits=[limit]).rate_limits == [limit]
    assert [world.invoke("limited", ROW).status_code for _ in range(2)] == [200, 200]
    refused = world.invoke("limited", ROW)
    assert (refused.status_code, refused.json()) == (
        429,
        {
            "error_code": "REQUEST_LIMIT_EXCEEDED",
            "message": "User defined rate limit(s) exceeded for 'limited'. "
            "Requests-per-minute (RPM) rate limit exceeded for user.",
            "details": [],
        },
    )
    assert world.invoke("limited", ROW, world.token(str(other.application_id))).status_code == 200
    shown = client.serving_endpoints.get("limited").ai_gateway
    assert shown is not None
    assert shown.rate_limits == [limit]
    client.serving_endpoints.put_ai_gateway("limited")
    assert world.invoke("limited", ROW).status_code == 200


def test_a_call_counts_for_a_minute() -> None:
    """At the 60th second the oldest call is forgotten; refused calls did not count."""
    now = [0.0]
    limiter, endpoint, caller = RateLimiter(lambda: now[0]), _endpoint(EACH_TWICE), _caller("a")
    assert _answers(limiter, endpoint, caller, 1) == [200]
    now[0] = 30.0
    assert _answers(limiter, endpoint, caller, 5) == [200, 429, 429, 429, 429]
    now[0] = 59.9
    assert _answers(limiter, endpoint, caller, 1) == [429]
    now[0] = 60.0
    assert _answers(limiter, endpoint, caller, 2) == [200, 429]


def test_the_endpoints_limit_holds_for_all_callers_together() -> None:
    """Each stays below the limit of callers, and together they reach the endpoint's."""
    limiter = RateLimiter()
    endpoint = _endpoint(EACH_TWICE, {"key": "endpoint", "calls": 3, "renewal_period": "minute"})
    assert _answers(limiter, endpoint, _caller("a"), 3) == [200, 200, 429]
    assert _answers(limiter, endpoint, _caller("b"), 2) == [200, 429]


def test_a_limit_that_names_its_caller_comes_before_groups_and_everybody() -> None:
    """A named caller's limit replaces the others; a group's is shared; of two groups, one with room is enough."""
    limiter = RateLimiter()
    group = {"key": "user_group", "renewal_period": "minute"}
    endpoint = _endpoint(
        EACH_TWICE,
        {"key": "service_principal", "principal": "job", "calls": 4, "renewal_period": "minute"},
        {**group, "principal": "clerks", "calls": 3},
        {**group, "principal": "night", "calls": 1},
    )
    assert _answers(limiter, endpoint, _caller("job", "clerks"), 5) == [200] * 4 + [429]
    assert _answers(limiter, endpoint, _caller("ann", "clerks"), 2) == [200, 200]
    assert _answers(limiter, endpoint, _caller("bob", "clerks"), 2) == [200, 429]
    assert _answers(limiter, endpoint, _caller("eve", "clerks", "night"), 2) == [200, 429]
    assert _answers(limiter, endpoint, _caller("guest"), 3) == [200, 200, 429]


def test_a_limit_of_no_call_disables_the_endpoint() -> None:
    """As Databricks says of it: 403, not 429."""
    endpoint = _endpoint({"key": "endpoint", "calls": 0, "renewal_period": "minute"})
    with pytest.raises(ApiError, match="disabled due to a rate limit set to 0") as refused:
        RateLimiter().admit(endpoint, _caller("a"))
    assert (refused.value.status, refused.value.error_code) == (403, "PERMISSION_DENIED")


MINUTE = {"calls": 1, "renewal_period": "minute"}
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "guardrails": ({"guardrails": {"input": {"safety": True}}}, "guardrails are not available for custom models"),
    "fallbacks": ({"fallback_config": {"enabled": True}}, "fallbacks are not available for custom models"),
    "an hour": ({"rate_limits": [{"calls": 1, "renewal_period": "hour"}]}, "'hour' .* the only one is minute"),
    "tokens": ({"rate_limits": [{**MINUTE, "tokens": 5}]}, "no tokens"),
    "half a call": ({"rate_limits": [{**MINUTE, "calls": 0.5}]}, "calls 0.5 .* not a whole number"),
    "an unknown key": ({"rate_limits": [{**MINUTE, "key": "address"}]}, "'address' .* not one of user, endpoint"),
    "a nameless group": ({"rate_limits": [{**MINUTE, "key": "user_group"}]}, "user_group names a principal"),
    "a named endpoint": ({"rate_limits": [{**MINUTE, "principal": "a"}]}, "endpoint names no principal"),
    "too many": ({"rate_limits": [{**MINUTE, "key": "user"}] * 21}, "at most 20 rate limits.*given: 21"),
    "too many groups": (
        {"rate_limits": [{**MINUTE, "key": "user_group", "principal": f"g{place}"} for place in range(6)]},
        "5 of them of groups; given: 6, 6 of them",
    ),
}


def test_what_a_custom_model_has_no_use_for_is_refused(world: World) -> None:
    """400 with the reason, when the endpoint is made and later; what was there before still holds."""
    world.endpoint("picky", world.versions["one"])
    path = f"{world.url}/api/2.0/serving-endpoints"
    admin = {"Authorization": f"Bearer {world.admin_token}"}
    config = {"served_entities": [entity(world.versions["one"]).as_dict()]}
    for name, (gateway, reason) in REFUSED.items():
        made = world.post("/api/2.0/serving-endpoints", {"name": "never", "config": config, "ai_gateway": gateway})
        changed = world.http.put(f"{path}/picky/ai-gateway", json=gateway, headers=admin)
        for answer in (made, changed):
            assert (answer.status_code, answer.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE"), name
            with pytest.raises(ValueError, match=reason):
                raise ValueError(answer.json()["message"])
    assert world.client().serving_endpoints.get("picky").ai_gateway is None


def test_the_older_rate_limits_are_refused(world: World) -> None:
    """They were for models served elsewhere: neither a call of their own nor a new endpoint sets them."""
    world.endpoint("older", world.versions["one"])
    client = world.client()
    limit = sdk.RateLimit(calls=10, renewal_period=sdk.RateLimitRenewalPeriod.MINUTE)
    with pytest.raises(InvalidParameterValue, match=r"set ai_gateway\.rate_limits"):
        client.serving_endpoints.put("older", rate_limits=[limit])
    assert not client.serving_endpoints.put("older", rate_limits=[]).rate_limits
    config = sdk.EndpointCoreConfigInput(name="oldest", served_entities=[entity(world.versions["one"])])
    with pytest.raises(InvalidParameterValue, match=r"set ai_gateway\.rate_limits"):
        client.serving_endpoints.create("oldest", config=config, rate_limits=[limit])
