"""The local cloud's clock, by which schedules and triggers fire. It stands still until it is stepped.

So a local cloud that is left running starts nothing by itself. Everything else (tokens, the times of runs, files and
tables) goes by the real time.
"""

import time
from datetime import UTC, datetime

from localcloud.kernel.store import Store

_KIND, _KEY = "settings", "clock"


def now(store: Store) -> datetime:
    """What the clock shows (UTC): the real time at which it was first asked, or where it was stepped to since."""
    with store.transaction():
        kept = store.get(_KIND, _KEY)
        if kept is None:
            return move(store, datetime.now(UTC))
    return datetime.fromisoformat(kept["now"])


def move(store: Store, to: datetime) -> datetime:
    """Set the clock, to whole seconds; returns what it shows now."""
    shown = to.astimezone(UTC).replace(microsecond=0)
    store.put(_KIND, _KEY, {"now": shown.isoformat()})
    return shown


def now_ms() -> int:
    """The real time in milliseconds since 1970, which is what answers show."""
    return int(time.time() * 1000)
