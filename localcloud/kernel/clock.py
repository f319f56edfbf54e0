"""The local cloud's clock for schedules and triggers. It stands still until it is stepped.

So an idle local cloud starts nothing automatically. Everything else (tokens, the times of runs, files and tables) uses
real time.
"""

import time
from datetime import UTC, datetime

from localcloud.kernel.store import Store

_KIND, _KEY = "settings", "clock"


def now(store: Store) -> datetime:
    """The clock's time (UTC): the real time of its first use, or the last step since."""
    with store.transaction():
        kept = store.get(_KIND, _KEY)
        if kept is None:
            return move(store, datetime.now(UTC))
    return datetime.fromisoformat(kept["now"])


def move(store: Store, to: datetime) -> datetime:
    """Set the clock, to whole seconds; returns its new time."""
    shown = to.astimezone(UTC).replace(microsecond=0)
    store.put(_KIND, _KEY, {"now": shown.isoformat()})
    return shown


def now_ms() -> int:
    """The real time in milliseconds since 1970, as responses show it."""
    return int(time.time() * 1000)
