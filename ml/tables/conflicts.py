"""Tasks that write to one table side by side: Delta lets the first commit and tells the others to look again."""

from collections.abc import Callable
from typing import TypeVar

from pyspark.errors import PySparkException

_ATTEMPTS = 5
# Error classes of Delta Lake for a commit that lost to another one.
_LOST = ("DELTA_PROTOCOL_CHANGED", "DELTA_METADATA_CHANGED", "DELTA_CONCURRENT_")

Result = TypeVar("Result")


def until_committed(attempt: Callable[[], Result]) -> Result:
    """What `attempt` returns. It runs again when another commit came first; it must be idempotent."""
    for _ in range(_ATTEMPTS - 1):
        try:
            return attempt()
        except PySparkException as error:
            if not (error.getCondition() or "").startswith(_LOST):
                raise
    return attempt()
