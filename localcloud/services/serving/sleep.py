"""Endpoints that scale to zero: after idle time one sleeps, and the next request waits until it is awake.

A client that gives up does not stop it from waking. Whether and when an endpoint sleeps, `pace` says; by default it
never does.
"""

import threading
import time
from collections.abc import Callable

from localcloud.services.serving.pace import Pace


class Sleepers:
    """Time of the last request and of waking up, per endpoint. Safe to use from threads."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._asked: dict[str, float] = {}
        self._awake_at: dict[str, float] = {}

    def awake(self, endpoint_id: str) -> None:
        """Record that the endpoint was just started, so it does not sleep yet."""
        with self._lock:
            self._asked[endpoint_id] = self._clock()

    def doze(self, endpoint_id: str) -> None:
        """Treat the endpoint as idle for long enough."""
        with self._lock:
            self._asked.pop(endpoint_id, None)

    def wake(self, endpoint_id: str, pace: Pace, *, may_sleep: bool) -> None:
        """Return when the endpoint is awake: at once, or after the rest of the `pace`'s `wake_s`."""
        with self._lock:
            now = self._clock()
            asked = self._asked.get(endpoint_id)
            self._asked[endpoint_id] = now
            idle = asked is None or (pace.sleep_after_s is not None and now - asked >= pace.sleep_after_s)
            if may_sleep and pace.sleep_after_s is not None and idle and now >= self._awake_at.get(endpoint_id, 0.0):
                self._awake_at[endpoint_id] = now + pace.wake_s
            left_s = self._awake_at.get(endpoint_id, 0.0) - now
        if left_s > 0:
            self._sleep(left_s)
