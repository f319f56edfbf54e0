"""A topic of a broker, for tests that write messages."""

from uuid import uuid4

from pyspark.sql import SparkSession


class Hub:
    """A topic of a name of its own, and how to write to it."""

    def __init__(self, spark: SparkSession, address: str) -> None:
        self._spark, self._address, self.name = spark, address, f"payments-{uuid4().hex[:8]}"

    def send(self, *messages: bytes | None, partition: int = 0) -> None:
        """Write messages to a partition, in order."""
        rows = [(message, self.name, partition) for message in messages]
        frame = self._spark.createDataFrame(rows, "value binary, topic string, partition int").coalesce(1)
        writer = frame.write.format("kafka").option("kafka.bootstrap.servers", self._address)
        # A topic is made when it is first written, which takes longer on a busy machine than a producer waits.
        writer.option("kafka.max.block.ms", "300000").option("kafka.delivery.timeout.ms", "300000").save()
