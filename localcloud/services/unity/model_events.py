"""Events of registered models for jobs' triggers: created, version ready, alias set.

One document per event, numbered in the order in which they happened. `at` is the local clock's time (UTC), `ms` the
real one, in epoch milliseconds.
"""

import time

from localcloud.kernel import clock
from localcloud.kernel.store import Document, Store

KIND = "model_event"
CREATED, VERSION_READY, ALIAS_SET = "MODEL_CREATED", "MODEL_VERSION_READY", "MODEL_ALIAS_SET"
CONDITIONS = (CREATED, VERSION_READY, ALIAS_SET)


def record(store: Store, condition: str, model: str, **said: object) -> None:
    """Record an event of `model`; `said` has its `version` and `alias_name`, if any."""
    with store.transaction():
        number = store.next_id(KIND)
        event = {"number": number, "condition": condition, "full_name": model, "at": clock.now(store).isoformat()}
        event["ms"] = int(time.time() * 1000)
        store.put(KIND, str(number), {**event, "said": said})


def after(store: Store, number: int) -> list[Document]:
    """The events after the one of this number, oldest first."""
    found = [event for event in store.all(KIND) if event["number"] > number]
    return sorted(found, key=lambda event: int(event["number"]))


def newest(store: Store) -> int:
    """The number of the newest event; 0 before the first."""
    return max((int(event["number"]) for event in store.all(KIND)), default=0)
