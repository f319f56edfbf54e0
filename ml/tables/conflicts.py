"""Tasks that write to one table in parallel: Delta accepts the first commit and the others must retry."""

import time
from collections.abc import Callable
from typing import TypeVar

from pyspark.errors import PySparkException

_ATTEMPTS = 5
_PAUSE_S = 0.2
# Delta Lake's error classes for a commit that lost to another one, or met a table that another task is creating.
_LOST = (
    "DELTA_PROTOCOL_CHANGED",
    "DELTA_METADATA_CHANGED",
    "DELTA_CONCURRENT_",
    "DELTA_CREATE_TABLE_WITH_NON_EMPTY_LOCATION",
    "DELTA_TABLE_NOT_FOUND",
)

Result = TypeVar("Result")


def until_committed(attempt: Callable[[], Result]) -> Result:
    """The result of `attempt`, retried when another commit came first; it must be idempotent."""
    for failed in range(1, _ATTEMPTS):
        try:
            return attempt()
        except PySparkException as error:
            if not (error.getCondition() or "").startswith(_LOST):
                raise
            time.sleep(failed * _PAUSE_S)
    return attempt()
