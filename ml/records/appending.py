"""Appending to a record table while other tasks of the run append to it."""

import random
import time

from pyspark.errors import PySparkException
from pyspark.sql import DataFrame

from ml.declarations import Table
from ml.tables import Tables

ATTEMPTS = 8
_FIRST_WAIT_S = 0.2


def is_conflict(error: PySparkException) -> bool:
    """Whether Delta refused the commit because another writer committed first, so a retry makes sense."""
    told = f"{error.getCondition() or ''} {error}"
    return any(word in told for word in ("DELTA_CONCURRENT", "ConcurrentModification", "ProtocolChanged"))


def append_record(tables: Tables, table: Table, full_name: str, frame: DataFrame, attempts: int = ATTEMPTS) -> None:
    """Append rows with new keys; retry after each conflict. Raises the last conflict after `attempts`."""
    for attempt in range(1, attempts + 1):
        try:
            tables.append(table, full_name, frame)
        except PySparkException as error:
            if attempt == attempts or not is_conflict(error):
                raise
            # Growing and random, so that writers that conflicted once do not conflict again.
            time.sleep(_FIRST_WAIT_S * attempt * random.uniform(0.5, 1.5))  # noqa: S311 - no secret
        else:
            return
