"""Predictions to a topic of a real broker."""

import json
from uuid import uuid4

import pytest

from ml.sinks.kafka import KafkaSink
from ml.sinks.sink import Batch, SinkAwayError, event_id
from tests.ml.lake import Lake
from tests.ml.sinks.scored import TABLE, frame
from tests.ml.sinks.topics import read

FIRST = Batch(stream="s", number=0)


def test_a_message_has_the_event_id_as_key_and_header_and_all_columns_as_its_value(lake: Lake, broker: str) -> None:
    """Times to the microsecond in UTC; what is null is left out."""
    topic = f"scores-{uuid4().hex[:8]}"
    rows = frame(lake, [1, 2])
    KafkaSink(TABLE, topic, {"kafka.bootstrap.servers": broker}).write(rows, FIRST)
    ids = [row[0] for row in rows.orderBy("client_id").select(event_id(TABLE)).collect()]
    found = sorted(read(lake, broker, topic), key=lambda each: str(json.loads(each.value)["client_id"]))
    assert [(each.key, each.headers) for each in found] == [(one, {"event_id": one}) for one in ids]
    assert json.loads(found[0].value) == {
        "event_id": ids[0],
        "client_id": 1,
        "application_month": "2024-01-01",
        "model_version": 1,
        "model": "test.credit_ops.default_risk",
        "probability": 0.001,
        "run_id": 'a "quoted", \\ run',
        "scored_at": "2024-02-01T12:30:15.123457Z",
    }
    assert json.loads(found[1].value)["features_hash"] == "hash-2"


def test_a_batch_that_is_sent_again_has_one_value_per_id(lake: Lake, broker: str) -> None:
    """Every id is there twice, with the same bytes."""
    topic = f"scores-{uuid4().hex[:8]}"
    sink = KafkaSink(TABLE, topic, {"kafka.bootstrap.servers": broker})
    for _ in range(2):
        sink.write(frame(lake, range(1, 30)), FIRST)
    found = read(lake, broker, topic)
    assert len(found) == 58
    assert len({each.key for each in found}) == len({(each.key, each.value) for each in found}) == 29


def test_a_broker_that_is_away_may_come_back(lake: Lake, broker: str) -> None:
    """Nothing listens there."""
    away = {"kafka.bootstrap.servers": "127.0.0.1:9", "kafka.max.block.ms": "1500"}
    with pytest.raises(SinkAwayError, match="topic 'scores' cannot be written"):
        KafkaSink(TABLE, "scores", away).write(frame(lake, [1]), FIRST)
