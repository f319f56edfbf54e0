"""Model-update triggers: events of registered models that wait for a run, and when it is due. Pure.

As on Databricks, what came since the last look is one run, with at most nine updates; the rest are the next run's.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from localcloud.kernel.store import Document

MODEL = "MODEL"
# How often Databricks looks for events, and how many a run is given.
_CHECKED_EVERY = timedelta(minutes=1)
MOST_UPDATES = 9


@dataclass(frozen=True, kw_only=True)
class ModelUpdates:
    """State of one trigger. `after` is the number of the newest event that had its run, `waiting` are later ones.

    `fired_at` is when the trigger last fired (local clock, UTC).
    """

    after: int = 0
    waiting: tuple[Document, ...] = ()
    fired_at: datetime | None = None

    def found(self, events: Iterable[Document], trigger: Mapping[str, Any]) -> "ModelUpdates":
        """The state with those events (oldest first) that the trigger watches."""
        return replace(self, waiting=tuple(e for e in events if e["number"] > self.after and watches(trigger, e)))

    @property
    def next_run(self) -> tuple[Document, ...]:
        """The events of the next run."""
        return self.waiting[:MOST_UPDATES]

    def due(self, trigger: Mapping[str, Any]) -> datetime | None:
        """When the trigger (`model` of a job's settings) fires for the waiting events; None without any."""
        if not self.waiting:
            return None
        changed_at = datetime.fromisoformat(self.waiting[-1]["at"])
        quiet = changed_at + max(_CHECKED_EVERY, _seconds(trigger, "wait_after_last_change_seconds"))
        if self.fired_at is None:
            return quiet
        return max(quiet, self.fired_at + _seconds(trigger, "min_time_between_triggers_seconds"))

    def fired(self, at: datetime) -> "ModelUpdates":
        """The state after the run for the next events was started."""
        return ModelUpdates(after=self.next_run[-1]["number"], fired_at=at)

    def document(self) -> Document:
        """The state as it is stored."""
        return {"after": self.after, "fired_at": self.fired_at.isoformat() if self.fired_at else None}


def remembered(document: Mapping[str, Any], had_runs: Sequence[int]) -> ModelUpdates:
    """The state from `ModelUpdates.document`, without events that `had_runs`, as only a run may have been stored."""
    fired_at = document.get("fired_at")
    return ModelUpdates(
        after=max([document["after"], *had_runs]), fired_at=datetime.fromisoformat(fired_at) if fired_at else None
    )


def watches(trigger: Mapping[str, Any], event: Mapping[str, Any]) -> bool:
    """Whether the trigger fires for the event: by condition, by model, schema or all, and by alias."""
    name, scope = str(event["full_name"]), str(trigger.get("securable_name") or "").lower()
    aliases = trigger.get("aliases") or []
    return (
        event["condition"] == trigger.get("condition")
        and (not scope or name == scope or name.startswith(f"{scope}."))
        and (not aliases or event["said"].get("alias_name") in aliases)
    )


def told(events: Iterable[Mapping[str, Any]]) -> list[Document]:
    """The events in the format of `{{job.trigger.model.updates}}`."""
    return [{"full_name": event["full_name"], **event["said"]} for event in events]


def _seconds(trigger: Mapping[str, Any], field: str) -> timedelta:
    return timedelta(seconds=int(trigger.get(field) or 0))
