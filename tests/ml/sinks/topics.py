"""What a topic holds."""

from dataclasses import dataclass

from tests.ml.lake import Lake


@dataclass(frozen=True, kw_only=True)
class Message:
    """One message, its texts decoded."""

    key: str
    value: str
    headers: dict[str, str]


def read(lake: Lake, broker: str, topic: str) -> list[Message]:
    """All messages of a topic, in no order."""
    reader = lake.spark.read.format("kafka").option("kafka.bootstrap.servers", broker).option("subscribe", topic)
    rows = reader.option("includeHeaders", "true").load().select("key", "value", "headers").collect()
    return [
        Message(
            key=row["key"].decode(),
            value=row["value"].decode(),
            headers={one["key"]: bytes(one["value"]).decode() for one in row["headers"]},
        )
        for row in rows
    ]
