"""Fault injection with a seed, so that the same order of calls meets the same faults.

Faults exist only in this process: a restart ends them all, so that nobody debugs a forgotten one.
"""

import random
import re
import threading
from dataclasses import dataclass
from enum import StrEnum

ANY_METHOD = "*"


class Kind(StrEnum):
    """The effect on a call. Only SLOW still executes the request."""

    RATE_LIMITED = "429"
    INTERNAL_ERROR = "500"
    UNAVAILABLE = "503"
    SLOW = "slow"
    DROPPED = "dropped"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """`kind` affects the share `rate` (0 to 1) of the calls of `method` whose path matches `route`.

    In `route`, `*` matches anything without a slash, `**` anything. `error_code` applies to the kinds that respond with
    an error; `retry_after_s` (None: no header) to 429 and 503; `delay_s` to SLOW.
    """

    kind: Kind
    route: str
    method: str
    rate: float
    seed: int
    error_code: str
    retry_after_s: int | None
    delay_s: float

    @property
    def pattern(self) -> re.Pattern[str]:
        """The pattern for the whole path of a call."""
        wild = {"**": ".*", "*": "[^/]*"}
        return re.compile("".join(wild.get(part) or re.escape(part) for part in tokens(self.route)), re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Counted:
    """A fault with its number, the number of calls that it `saw`, and of those that it `hit`."""

    number: int
    fault: Fault
    saw: int
    hit: int


class Faults:
    """The active faults. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._next = 1
        self._on: dict[int, _On] = {}

    def add(self, fault: Fault) -> Counted:
        """Activate `fault`. Its random choices start from its seed, whatever was active before."""
        with self._lock:
            number, self._next = self._next, self._next + 1
            self._on[number] = _On(fault)
            return self._on[number].counted(number)

    def remove(self, number: int) -> bool:
        """Remove one fault. False if there is none of that number."""
        with self._lock:
            return self._on.pop(number, None) is not None

    def clear(self) -> int:
        """Remove all faults; returns their number."""
        with self._lock:
            count = len(self._on)
            self._on.clear()
            return count

    def all(self) -> list[Counted]:
        """The active faults, oldest first."""
        with self._lock:
            return [on.counted(number) for number, on in self._on.items()]

    def meet(self, method: str, path: str) -> Counted | None:
        """The fault that this call meets: if there are several, the oldest.

        Every matching fault draws its random choice, so that no fault influences another.
        """
        if not self._on:
            return None
        with self._lock:
            hits = [on.counted(number) for number, on in self._on.items() if on.chooses(method, path)]
        return hits[0] if hits else None


class _On:
    """An active fault, with its random numbers."""

    def __init__(self, fault: Fault) -> None:
        self._fault, self._pattern = fault, fault.pattern
        # A seed must reproduce the choices; they protect no secret.
        self._random = random.Random(fault.seed)  # noqa: S311
        self._saw = self._hit = 0

    def chooses(self, method: str, path: str) -> bool:
        if self._fault.method not in (ANY_METHOD, method) or not self._pattern.fullmatch(path):
            return False
        hit = self._random.random() < self._fault.rate
        self._saw, self._hit = self._saw + 1, self._hit + hit
        return hit

    def counted(self, number: int) -> Counted:
        return Counted(number=number, fault=self._fault, saw=self._saw, hit=self._hit)


def tokens(route: str) -> list[str]:
    """A pattern as `**`, `*`, and single characters."""
    return re.findall(r"\*\*|[\s\S]", route)
