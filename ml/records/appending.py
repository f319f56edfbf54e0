"""Appending to a record table while other tasks of the run append to it."""

import random
import time
from collections.abc import Mapping, Sequence

from pyspark.errors import PySparkException
from pyspark.sql import functions as F  # noqa: N812

from ml.declarations import Table
from ml.tables import RepeatedKeyError, Tables, frame_of

ATTEMPTS = 8
_FIRST_WAIT_S = 0.2

Row = Mapping[str, object]


def is_conflict(error: PySparkException) -> bool:
    """Whether Delta refused the commit because another writer committed first, so a retry makes sense."""
    told = f"{error.getCondition() or ''} {error}"
    return any(word in told for word in ("DELTA_CONCURRENT", "ConcurrentModification", "ProtocolChanged"))


def append_record(tables: Tables, table: Table, full_name: str, rows: Sequence[Row], attempts: int = ATTEMPTS) -> None:
    """Append the few `rows` whose keys are new; retry after each conflict. Raises the last conflict after `attempts`.

    The rows are in this process, so their keys are looked up and compared here: `Tables.append` joins them with the
    table, twice. Raises RepeatedKeyError if two of them share their key.
    """
    tables.create(table, full_name)
    for attempt in range(1, attempts + 1):
        try:
            _append_new(tables, table, full_name, rows)
        except PySparkException as error:
            if attempt == attempts or not is_conflict(error):
                raise
            # Growing and random, so that writers that conflicted once do not conflict again.
            time.sleep(_FIRST_WAIT_S * attempt * random.uniform(0.5, 1.5))  # noqa: S311 - no secret
        else:
            return


def _append_new(tables: Tables, table: Table, full_name: str, rows: Sequence[Row]) -> None:
    given = {_key(table, row): row for row in rows}
    if len(given) < len(rows):
        raise RepeatedKeyError(
            f"{len(rows) - len(given)} rows for {full_name} share their key ({', '.join(table.keys)}) with another; "
            "one row per key is allowed: remove the repeats before writing"
        )
    found = tables.read(full_name).select(*table.keys)
    for name in table.keys:
        found = found.where(F.col(name).isin(list({row[name] for row in rows})))
    known = {tuple(row) for row in found.collect()}
    new = [row for key, row in given.items() if key not in known]
    if new:
        frame_of(tables.spark, table, new).writeTo(tables.owned(full_name)).append()


def _key(table: Table, row: Row) -> tuple[object, ...]:
    return tuple(row[name] for name in table.keys)
