"""File-arrival triggers: which files are new, and when their run is due on the local clock. Pure.

As on Databricks only a new name counts: a file that is overwritten starts nothing.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from localcloud.kernel.store import Document

# How often Databricks looks for files.
_CHECKED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Arrivals:
    """State of one trigger. `seen` are files that had their run, `waiting` those that have not.

    `changed_at` is when the newest of `waiting` was found, `fired_at` when the trigger last fired (local clock, UTC).
    """

    seen: frozenset[str] = frozenset()
    waiting: frozenset[str] = frozenset()
    changed_at: datetime | None = None
    fired_at: datetime | None = None

    def found(self, present: Set[str], now: datetime) -> "Arrivals":
        """The state after seeing the `present` files. New ones count as arrived at `now`, because the clock steps."""
        waiting = frozenset(present - self.seen)
        changed_at = now if waiting - self.waiting else self.changed_at
        # A file that is gone is forgotten: when it comes again it is new.
        return replace(self, seen=self.seen & present, waiting=waiting, changed_at=changed_at if waiting else None)

    def due(self, trigger: Mapping[str, Any]) -> datetime | None:
        """When the trigger (`file_arrival` of a job's settings) fires for the waiting files; None if there are none."""
        if self.changed_at is None:
            return None
        quiet = self.changed_at + max(_CHECKED_EVERY, _seconds(trigger, "wait_after_last_change_seconds"))
        if self.fired_at is None:
            return quiet
        return max(quiet, self.fired_at + _seconds(trigger, "min_time_between_triggers_seconds"))

    def fired(self, at: datetime) -> "Arrivals":
        """The state after the run for the waiting files was started."""
        return Arrivals(seen=self.seen | self.waiting, fired_at=at)

    def document(self) -> Document:
        """The state as it is stored."""
        return {
            "seen": sorted(self.seen),
            "waiting": sorted(self.waiting),
            "changed_at": _text(self.changed_at),
            "fired_at": _text(self.fired_at),
        }


def arrivals(document: Mapping[str, Any] | None) -> Arrivals:
    """The state from `Arrivals.document`; an empty one for None."""
    if document is None:
        return Arrivals()
    return Arrivals(
        seen=frozenset(document["seen"]),
        waiting=frozenset(document["waiting"]),
        changed_at=_time(document["changed_at"]),
        fired_at=_time(document["fired_at"]),
    )


def _seconds(trigger: Mapping[str, Any], field: str) -> timedelta:
    return timedelta(seconds=int(trigger.get(field) or 0))


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
