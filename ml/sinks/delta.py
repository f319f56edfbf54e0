"""Predictions into their Delta table, the source of all other sinks."""

from pyspark.sql import DataFrame

from ml.declarations import Table
from ml.sinks.sink import Batch
from ml.tables import Tables


class DeltaSink:
    """Appends each batch exactly once: Delta's log records the newest batch of every stream."""

    def __init__(self, tables: Tables, table: Table, full_name: str) -> None:
        self._tables, self._table, self._full_name = tables, table, full_name

    def write(self, rows: DataFrame, batch: Batch) -> None:
        """Append the rows unless the table already has the batch."""
        self._tables.append_batch(self._table, self._full_name, rows, stream=batch.stream, batch=batch.number)
