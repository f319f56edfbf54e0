"""A query to PostgreSQL that never waits longer than it may, whatever the server does.

libpq's own limits leave gaps: a server that is frozen keeps its connections open and says nothing. So connections are
asynchronous, and this waits for them (https://www.psycopg.org/docs/advanced.html#asynchronous-support).
"""

import select
import time
from typing import Any

from psycopg2 import OperationalError, extensions


class SilentError(OperationalError):  # type: ignore[misc]
    """The server took longer than it may."""


def until_ready(connection: Any, deadline_s: float) -> None:
    """Wait until `connection` has done what it was asked; `deadline_s` is a value of `time.monotonic`.

    Raises SilentError at the deadline, and whatever the server says.
    """
    while (state := connection.poll()) != extensions.POLL_OK:
        left_s = deadline_s - time.monotonic()
        waiting = select.poll()
        waiting.register(connection.fileno(), select.POLLIN if state == extensions.POLL_READ else select.POLLOUT)
        if left_s <= 0 or not waiting.poll(left_s * 1000):
            raise SilentError("the online store did not answer in time")
