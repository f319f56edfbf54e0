"""Time spans in Data Factory's format, and an activity's policy. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# `D.HH:MM:SS`, the days optional, as .NET writes a TimeSpan.
_SPAN = re.compile(r"(?:(?P<days>\d+)\.)?(?P<hours>\d{1,2}):(?P<minutes>\d{1,2}):(?P<seconds>\d{1,2})")
_DEFAULT_TIMEOUT = "0.12:00:00"
_MOST_SPAN_S = 7 * 24 * 3600
_RETRY_S = (30, 86_400)


@dataclass(frozen=True, kw_only=True)
class Policy:
    """Number of retries of an activity, and the time limit of one attempt."""

    retry: int
    timeout_s: float


def span_s(text: str) -> float:
    """Seconds of a span. Raises ValueError for an invalid one."""
    found = _SPAN.fullmatch(str(text))
    if found is None:
        raise ValueError(f"{text!r} is not a time span: write it as D.HH:MM:SS")
    days, hours, minutes, seconds = (int(found.group(name) or 0) for name in ("days", "hours", "minutes", "seconds"))
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


def policy_of(activity: Mapping[str, Any]) -> Policy:
    """An activity's policy, with Data Factory's defaults."""
    own = activity.get("policy") or {}
    return Policy(retry=int(own.get("retry") or 0), timeout_s=span_s(own.get("timeout") or _DEFAULT_TIMEOUT))


def problems(activity: Mapping[str, Any]) -> list[str]:
    """Problems of an activity's policy."""
    own, found = activity.get("policy") or {}, []
    retry, wait_s = own.get("retry") or 0, own.get("retryIntervalInSeconds") or _RETRY_S[0]
    if type(retry) is not int or retry < 0:
        found.append(f"retry is {retry!r}: give a whole number from 0 on")
    if type(wait_s) is not int or not _RETRY_S[0] <= wait_s <= _RETRY_S[1]:
        found.append(f"retryIntervalInSeconds is {wait_s!r}: give {_RETRY_S[0]} to {_RETRY_S[1]}")
    try:
        if not 0 < span_s(own.get("timeout") or _DEFAULT_TIMEOUT) <= _MOST_SPAN_S:
            found.append(f"timeout is {own['timeout']!r}: give at most 7 days")
    except ValueError as error:
        found.append(f"timeout: {error}")
    return found
