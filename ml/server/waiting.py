"""A query to PostgreSQL that never waits beyond its deadline, whatever the server does.

libpq's own limits leave gaps: a frozen server keeps its connections open and sends nothing. So connections are
asynchronous, and this module waits for them (https://www.psycopg.org/docs/advanced.html#asynchronous-support).
"""

import select
import time
from typing import Any

from psycopg2 import OperationalError, extensions


class SilentError(OperationalError):  # type: ignore[misc]
    """The server exceeded the deadline."""


def until_ready(connection: Any, deadline_s: float) -> None:
    """Wait until `connection` has finished its operation; `deadline_s` is a value of `time.monotonic`.

    Raises SilentError at the deadline, and any error of the server.
    """
    while (state := connection.poll()) != extensions.POLL_OK:
        left_s = deadline_s - time.monotonic()
        waiting = select.poll()
        waiting.register(connection.fileno(), select.POLLIN if state == extensions.POLL_READ else select.POLLOUT)
        if left_s <= 0 or not waiting.poll(left_s * 1000):
            raise SilentError("the online store did not answer in time")
