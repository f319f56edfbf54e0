"""Writes requests and answers of endpoints into their inference tables, in batches and in the background.

As on Databricks, what is recorded is not promised to arrive: what waits is bounded, and a table that cannot be written
to loses its rows, which the log says.
"""

import logging
import threading
from collections import defaultdict
from pathlib import Path

import pyarrow as pa

from localcloud.kernel.cloud import Cloud
from localcloud.services.serving.inference import delta
from localcloud.services.serving.inference.rows import SCHEMA, Exchange, row
from localcloud.services.unity.privileges import Kind

_log = logging.getLogger(__name__)
# Databricks takes up to an hour. A version of the table per batch: fewer are read faster.
BATCH_S = 5.0
# What may wait to be written.
MAX_WAITING_BYTES = 64 << 20


class Recorder:
    """The queue of exchanges, and the thread that writes them. Safe to use from threads."""

    def __init__(self, cloud: Cloud, batch_s: float = BATCH_S) -> None:
        self._cloud = cloud
        self._batch_s = batch_s
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._waiting: list[Exchange] = []
        self._waiting_bytes = 0
        self._dropped = 0
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def record(self, exchange: Exchange) -> None:
        """Queue an exchange; it is dropped if the queue is full."""
        with self._lock:
            if self._waiting_bytes + exchange.size > MAX_WAITING_BYTES:
                self._dropped += 1
                return
            self._waiting.append(exchange)
            self._waiting_bytes += exchange.size
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="inference-tables", daemon=True)
                self._thread.start()

    def flush(self) -> None:
        """Write the whole queue."""
        with self._writing:
            with self._lock:
                taken, self._waiting, self._waiting_bytes = self._waiting, [], 0
                dropped, self._dropped = self._dropped, 0
            if dropped:
                _log.warning("%d request(s) are not in their inference table: too many waited", dropped)
            by_table: defaultdict[str, list[Exchange]] = defaultdict(list)
            for exchange in taken:
                by_table[exchange.table].append(exchange)
            for table, exchanges in by_table.items():
                self._write(table, exchanges)

    def stop(self) -> None:
        """End the thread, and write the queue."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
        self.flush()

    def _run(self) -> None:
        while not self._stopping.wait(self._batch_s):
            self.flush()

    def _write(self, table: str, exchanges: list[Exchange]) -> None:
        found = self._cloud.store.get(Kind.TABLE, table)
        try:
            if found is None:
                raise FileNotFoundError("it was dropped")
            rows = pa.Table.from_pylist([row(exchange) for exchange in exchanges], schema=SCHEMA)
            delta.append(Path(found["storage_location"]), rows)
        except Exception as error:  # noqa: BLE001 - whatever a table lacks, others are written, now and later
            _log.warning("inference table %s misses %d request(s): %s", table, len(exchanges), error)
