"""Simulated durations of steps that take minutes on Databricks: copying rows, changing an endpoint, waking one up.

Everything is immediate unless `/local/serving/pace` says otherwise; so a test, or a person who wants to see how a task
waits, makes it slow.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from localcloud.kernel.errors import bad_request
from localcloud.kernel.store import Document, Store

_KIND, _KEY = "settings", "serving_pace"
_LONGEST_S = 86_400.0


@dataclass(frozen=True, kw_only=True)
class Pace:
    """Seconds. `publish_s`: one copy to the online store; `update_s`: one change of an endpoint, beside loading;
    `wake_s`: until a sleeping endpoint answers; `sleep_after_s`: without requests until an endpoint that scales to
    zero sleeps, None: it never does.
    """

    publish_s: float = 0.0
    update_s: float = 0.0
    wake_s: float = 0.0
    sleep_after_s: float | None = None


def read(store: Store) -> Pace:
    """The current pace."""
    return Pace(**(store.get(_KIND, _KEY) or {}))


def write(store: Store, given: Mapping[str, Any]) -> Document:
    """Change the `given` durations, and return all. Raises `ApiError` 400 for an invalid duration."""
    known = [field.name for field in fields(Pace)]
    wrong = [f"{name}={value!r}" for name, value in given.items() if name not in known or not _duration(name, value)]
    if wrong:
        raise bad_request(
            f"{', '.join(wrong)} cannot be set: give seconds from 0 to {_LONGEST_S:.0f} for {', '.join(known)}."
        )
    document = asdict(read(store)) | dict(given)
    store.put(_KIND, _KEY, document)
    return document


def _duration(name: str, value: object) -> bool:
    if value is None:
        return name == "sleep_after_s"
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= _LONGEST_S
