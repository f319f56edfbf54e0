"""The `rate_limits` of an endpoint's AI gateway: requests per minute, in total and per caller, enforced.

Counted over the last 60 seconds, in memory: Databricks says neither how it counts nor that a count outlives anything.
"""

import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Sequence

from localcloud.kernel.errors import ApiError, denied
from localcloud.kernel.identity import Caller
from localcloud.kernel.store import Document

_PERIOD_S = 60.0
# The endpoint, the limit's key, and whose calls are counted together.
_Bucket = tuple[str, str, str]


class RateLimiter:
    """The requests of the last minute. Safe to use from threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._taken: dict[_Bucket, deque[float]] = defaultdict(deque)

    def admit(self, endpoint: Document, caller: Caller) -> None:
        """Count one request. Raises `ApiError` 429 over the limit, without counting it, 403 for a limit of 0."""
        limits: list[Document] = (endpoint.get("ai_gateway") or {}).get("rate_limits") or []
        if not limits:
            return
        if any(limit["key"] == "endpoint" and limit["calls"] == 0 for limit in limits):
            raise denied("The endpoint is disabled due to a rate limit set to 0.")
        whole = [limit for limit in limits if limit["key"] == "endpoint"]
        own = of_caller(limits, caller)
        with self._lock:
            now = self._clock()
            free = [limit for limit in own if self._room(_bucket(endpoint, limit, caller), limit, now)]
            if own and not free:
                raise _exceeded(endpoint, str(own[0]["key"]))
            if not all(self._room(_bucket(endpoint, limit, caller), limit, now) for limit in whole):
                raise _exceeded(endpoint, "endpoint")
            for limit in (*whole, *free):
                self._taken[_bucket(endpoint, limit, caller)].append(now)

    def _room(self, bucket: _Bucket, limit: Document, now: float) -> bool:
        taken = self._taken[bucket]
        while taken and now - taken[0] >= _PERIOD_S:
            taken.popleft()
        return len(taken) < int(limit["calls"])


def of_caller(limits: Sequence[Document], caller: Caller) -> list[Document]:
    """The limits for `caller`: its own, else those of its groups, else the default one.

    Of several groups' limits one with room is enough. Pure.
    """
    named = [e for e in limits if e["key"] in ("user", "service_principal") and e.get("principal") == caller.principal]
    grouped = [e for e in limits if e["key"] == "user_group" and e["principal"] in caller.groups]
    everybody = [e for e in limits if e["key"] == "user" and not e.get("principal")]
    return named or grouped or everybody


def _bucket(endpoint: Document, limit: Document, caller: Caller) -> _Bucket:
    """The counter of a call: the endpoint's, a group's, or one caller's."""
    shared = {"endpoint": "", "user_group": limit.get("principal", "")}
    return endpoint["id"], limit["key"], str(shared.get(limit["key"], caller.principal))


def _exceeded(endpoint: Document, key: str) -> ApiError:
    message = f"User defined rate limit(s) exceeded for '{endpoint['name']}'."
    return ApiError(
        429, "REQUEST_LIMIT_EXCEEDED", f"{message} Requests-per-minute (RPM) rate limit exceeded for {key}."
    )
