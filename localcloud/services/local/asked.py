"""Parses the fault in a request and reports all its mistakes together."""

import math
import re
from collections.abc import Iterator
from typing import Any

from localcloud.kernel.errors import bad_request
from localcloud.kernel.faults import ANY_METHOD, Fault, Kind
from localcloud.kernel.store import Document
from localcloud.services.local.injection import CONTROL
from localcloud.services.local.patterns import meets

FIELDS = ("kind", "route", "method", "rate", "seed", "error_code", "retry_after_s", "delay_s")
# The first one unless another is asked for. REQUEST_LIMIT_EXCEEDED is what clusters and token buckets answer.
_CODES = {
    Kind.RATE_LIMITED: ("RESOURCE_EXHAUSTED", "REQUEST_LIMIT_EXCEEDED"),
    Kind.INTERNAL_ERROR: ("INTERNAL_ERROR",),
    Kind.UNAVAILABLE: ("TEMPORARILY_UNAVAILABLE",),
}
_MAX_WAIT_S = 600
_MAX_ROUTE = 300
_DEFAULT_WAIT_S = 1
_OPTIONS = {
    "error_code": tuple(_CODES),
    "retry_after_s": (Kind.RATE_LIMITED, Kind.UNAVAILABLE),
    "delay_s": (Kind.SLOW,),
}
_METHOD = re.compile(r"\*|[A-Z]+")


def fault(body: Document, served: set[tuple[str, str]]) -> Fault:
    """The fault of `body`, over the routes (method, path) that are `served`.

    Raises `ApiError` 400 with all mistakes.
    """
    problems = [*_problems(body), *_place_problems(body, served)]
    if problems:
        raise bad_request(" ".join(problems))
    kind = Kind(body["kind"])
    return Fault(
        kind=kind,
        route=body["route"],
        method=body.get("method") or ANY_METHOD,
        rate=float(body.get("rate", 1)),
        seed=body.get("seed", 0),
        error_code=body.get("error_code") or _CODES.get(kind, ("",))[0],
        retry_after_s=body.get("retry_after_s", _DEFAULT_WAIT_S) if kind in _OPTIONS["retry_after_s"] else None,
        delay_s=float(body.get("delay_s", _DEFAULT_WAIT_S)) if kind is Kind.SLOW else 0,
    )


def _problems(body: Document) -> Iterator[str]:
    unknown = [name for name in body if name not in FIELDS]
    if unknown:
        yield f"{', '.join(unknown)} cannot be given; these can: {', '.join(FIELDS)}."
    if body.get("kind") not in list(Kind):
        yield f"kind {body.get('kind')!r} is none of {', '.join(map(repr, map(str, Kind)))}."
    else:
        yield from _option_problems(body, Kind(body["kind"]))
    if not _number(body.get("rate", 1), 0, 1):
        yield f"rate {body['rate']!r} is not a share of the calls: give 0 to 1, such as 0.05 for one in twenty."
    if not _whole(body.get("seed", 0)):
        yield f"seed {body['seed']!r} is not a whole number."


def _option_problems(body: Document, kind: Kind) -> Iterator[str]:
    for name, kinds in _OPTIONS.items():
        if name in body and kind not in kinds:
            yield f"{name} is for {', '.join(kinds)}; {kind} has none."
    codes = _CODES.get(kind, ())
    if codes and body.get("error_code", codes[0]) not in codes:
        yield f"error_code {body['error_code']!r} is not answered with {kind}; {', '.join(codes)} is."
    wait = body.get("retry_after_s", 0)
    if not (_whole(wait) and _number(wait, 0, _MAX_WAIT_S)):
        yield f"retry_after_s {wait!r} is not a number of whole seconds from 0 to {_MAX_WAIT_S}."
    delay = body.get("delay_s", 0)
    if not _number(delay, 0, _MAX_WAIT_S):
        yield f"delay_s {delay!r} is not a number of seconds from 0 to {_MAX_WAIT_S}."


def _place_problems(body: Document, served: set[tuple[str, str]]) -> Iterator[str]:
    route, method = body.get("route"), body.get("method", ANY_METHOD)
    if not isinstance(route, str) or not route.startswith("/") or len(route) > _MAX_ROUTE:
        yield f"route {route!r} is not a path of up to {_MAX_ROUTE} characters: write it as /api/2.1/unity-catalog/**."
        return
    if not isinstance(method, str) or not _METHOD.fullmatch(method):
        yield f"method {method!r} is not a method: write it as GET, or * for all."
        return
    # A path that begins with any name is of another service's own host.
    found = {each for each, path in served if not path.startswith((*CONTROL, "/{")) and meets(route, path)}
    if not found:
        spared = " and ".join(CONTROL)
        yield f"route {route!r} matches no route that faults can hit: docs/parity.md has them, and {spared} are spared."
    elif method not in (ANY_METHOD, *found):
        yield f"route {route!r} matches no route with {method}; it matches some with {', '.join(sorted(found))}."


def _number(value: Any, low: float, high: float) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and math.isfinite(value) and low <= value <= high


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
