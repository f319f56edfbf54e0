"""The windows of a tumbling-window trigger. Pure.

Follows https://learn.microsoft.com/azure/data-factory/how-to-create-tumbling-window-trigger: windows of one length from
`startTime` on, without gap or overlap, each run once it is over and `delay` has passed; those of the past too.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from localcloud.services.data_factory.functions import moment_of
from localcloud.services.data_factory.policy import span_s

_SPANS = {"Minute": timedelta(minutes=1), "Hour": timedelta(hours=1)}
FREQUENCIES = (*_SPANS, "Month")
_MOST = 1000
_IN_EVERY_MONTH = 28


@dataclass(frozen=True, kw_only=True)
class Window:
    """From `start` up to but not including `end`; its run is due `at` (UTC)."""

    start: datetime
    end: datetime
    at: datetime


def problems(own: Mapping[str, Any]) -> list[str]:
    """Problems of these `typeProperties`; empty if there are none."""
    found = []
    if own.get("frequency") not in FREQUENCIES:
        found.append(f"frequency is {own.get('frequency')!r}: use one of {', '.join(FREQUENCIES)}")
    interval = own.get("interval")
    if type(interval) is not int or interval < 1:
        found.append(f"interval is {interval!r}: give 1 or more")
    if own.get("dependsOn"):
        found.append("dependsOn is not offered here: a trigger waits for no other one")
    try:
        start = moment_of(str(own.get("startTime")))
        if own.get("frequency") == "Month" and start.day > _IN_EVERY_MONTH:
            found.append(f"startTime is on day {start.day}: here windows of months begin on day 1 to {_IN_EVERY_MONTH}")
        if own.get("endTime"):
            moment_of(str(own["endTime"]))
        span_s(own.get("delay") or "00:00:00")
    except ValueError as error:
        found.append(f"startTime or endTime or delay: {error}")
    return found


def due(own: Mapping[str, Any], done: datetime | None, now: datetime, until: datetime) -> list[Window]:
    """The windows after `done` (the end of the last window that was run) that are due by `until`, oldest first.

    At most 1000 at a time. What was due before `now` is due at once.
    """
    found: list[Window] = []
    for window in _windows(own, done):
        if window.at > until or len(found) == _MOST:
            break
        found.append(Window(start=window.start, end=window.end, at=max(window.at, now)))
    return found


def next_due(own: Mapping[str, Any], done: datetime | None) -> datetime | None:
    """When the next window is due; None after the last one."""
    return next((window.at for window in _windows(own, done)), None)


def _windows(own: Mapping[str, Any], done: datetime | None) -> Iterator[Window]:
    first, interval = moment_of(own["startTime"]), int(own["interval"])
    ends = moment_of(own["endTime"]) if own.get("endTime") else None
    delay = timedelta(seconds=span_s(own.get("delay") or "00:00:00"))
    start = done or first
    while (end := _after(own["frequency"], interval, start)) <= (ends or end):
        yield Window(start=start, end=end, at=end + delay)
        start = end


def _after(frequency: str, interval: int, start: datetime) -> datetime:
    if frequency in _SPANS:
        return start + interval * _SPANS[frequency]
    months = start.year * 12 + start.month - 1 + interval
    return start.replace(year=months // 12, month=months % 12 + 1)
