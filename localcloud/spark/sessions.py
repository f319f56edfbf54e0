"""A separate Spark session, next to others of this process."""

from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def new_session(remote: str) -> "SparkSession":
    """A new session of the server `remote`. Call `stop` when done, or drop the reference.

    Closing PySpark's client shuts down the pool of threads that release results, which all sessions of a process share.
    The garbage collector closes a forgotten session, and may do so in a thread of that very pool: the thread cannot
    wait for itself, the pool stays shut down, and every later statement of the process fails. So this session's client
    closes only its own channel.
    """
    # The import takes a second, which the start of the local cloud need not wait for.
    from pyspark.sql.connect.session import SparkSession as Session  # noqa: PLC0415

    session = Session.builder.remote(remote).create()
    client = session.client

    def close() -> None:
        client._channel.close()
        client._closed = True

    client.close = close  # type: ignore[method-assign]
    return cast("SparkSession", session)
