"""Predictions to a Kafka topic or an event hub, written by Spark's workers."""

import re
from collections.abc import Mapping

from pyspark.errors import PySparkException
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from ml.declarations import Table
from ml.sinks.sink import EVENT_ID, TIME_FORMAT, Batch, SinkAwayError, event_id

# Kafka's own client retries this long (its defaults); after that the delivery pauses and starts again.
_DELIVERY_TIMEOUT_MS = 120_000
# Kafka's retriable errors for a broker that is down or busy. Databricks shades the package.
_AWAY = re.compile(
    r"kafka\.common\.errors\.(Timeout|Disconnect|Network|NotLeaderOrFollower|LeaderNotAvailable|BrokerNotAvailable"
    r"|NotEnoughReplicas\w*|CoordinatorNotAvailable|ThrottlingQuotaExceeded)Exception"
    r"|Failed to construct kafka|No resolvable bootstrap urls"
)


class KafkaSink:
    """One JSON object per row, at least once: a repeated batch sends the same ids with the same values."""

    def __init__(self, table: Table, topic: str, connection: Mapping[str, str]) -> None:
        self._table, self._topic, self._connection = table, topic, dict(connection)

    def write(self, rows: DataFrame, batch: Batch) -> None:  # noqa: ARG002 - a topic does not track batches
        """Send the rows and wait until all in-sync replicas have them."""
        self._send(messages(self._table, rows))

    def forget(self, rows: DataFrame) -> None:
        """Send a tombstone (a message without a value) per event id: readers and log compaction delete the id."""
        self._send(messages(self._table, rows).withColumn("value", F.lit(None).cast("string")))

    def _send(self, sent: DataFrame) -> None:
        writer = sent.write.format("kafka").options(**self._connection)
        writer = writer.option("topic", self._topic).option("kafka.acks", "all")
        writer = writer.option("kafka.delivery.timeout.ms", str(_DELIVERY_TIMEOUT_MS))
        try:
            writer.save()
        except PySparkException as error:
            if not _AWAY.search(str(error)):
                raise
            raise SinkAwayError(f"topic {self._topic!r} cannot be written: {_first_line(error)}") from error


def messages(table: Table, rows: DataFrame) -> DataFrame:
    """One message per row: the event id as key and header, a JSON object of the id and all columns as value.

    Times are ISO 8601 in UTC; null columns are left out.
    """
    named = rows.withColumn(EVENT_ID, event_id(table))
    header = F.struct(F.lit(EVENT_ID).alias("key"), F.encode(EVENT_ID, "UTF-8").alias("value"))
    value = F.to_json(F.struct(EVENT_ID, *(column.name for column in table.columns)), {"timestampFormat": TIME_FORMAT})
    return named.select(F.col(EVENT_ID).alias("key"), value.alias("value"), F.array(header).alias("headers"))


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
