"""The AI gateway of an endpoint: validation for custom models. Pure.

Field names and rules follow Databricks' serving endpoints API (`PutAiGatewayRequest`) and its table of what each kind
of endpoint supports. That limits of tokens are refused here is stricter: what custom models are asked has none.
"""

from collections.abc import Mapping
from typing import Any

from localcloud.kernel.errors import bad_request
from localcloud.kernel.store import Document

MAX_RATE_LIMITS, MAX_GROUP_LIMITS = 20, 5
# Whose calls a limit counts, and whether it names one of them.
_NAMED = {"user": (True, False), "endpoint": (False,), "service_principal": (True,), "user_group": (True,)}


def checked(given: Mapping[str, Any]) -> Document:
    """`given` if Databricks accepts it for a custom model. Raises `ApiError` 400 naming the problem."""
    if given.get("guardrails"):
        raise bad_request("guardrails are not available for custom models: leave ai_gateway.guardrails out.")
    if (given.get("fallback_config") or {}).get("enabled"):
        raise bad_request("fallbacks are not available for custom models: leave ai_gateway.fallback_config out.")
    limits = given.get("rate_limits") or []
    groups = [limit for limit in limits if limit.get("key") == "user_group"]
    if len(limits) > MAX_RATE_LIMITS or len(groups) > MAX_GROUP_LIMITS:
        raise bad_request(
            f"An endpoint has at most {MAX_RATE_LIMITS} rate limits, {MAX_GROUP_LIMITS} of them of groups; "
            f"given: {len(limits)}, {len(groups)} of them of groups."
        )
    return {**given, "rate_limits": [_rate_limit(limit) for limit in limits]} if limits else dict(given)


def _rate_limit(given: Mapping[str, Any]) -> Document:
    period, calls, key = given.get("renewal_period"), given.get("calls"), given.get("key") or "endpoint"
    if period != "minute":
        raise bad_request(f"renewal_period {period!r} of a rate limit is not allowed: the only one is minute.")
    if given.get("tokens") is not None:
        raise bad_request("tokens: what custom models are asked has no tokens; limit their calls.")
    if not isinstance(calls, int) or isinstance(calls, bool) or calls < 0:
        raise bad_request(f"calls {calls!r} of a rate limit is not a whole number from 0.")
    if key not in _NAMED:
        raise bad_request(f"key {key!r} of a rate limit is not one of {', '.join(_NAMED)}.")
    if bool(given.get("principal")) not in _NAMED[key]:
        needed = "names no principal: leave it out" if given.get("principal") else "names a principal: give one"
        raise bad_request(f"A rate limit with the key {key} {needed}.")
    return {**given, "key": key}
