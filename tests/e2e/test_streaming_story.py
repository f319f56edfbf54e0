"""`mlops demo --story streaming`: with a real broker and a real database, from an empty machine."""

import json

import pytest

from localcloud.beside.postgres import lacking
from tests.e2e.conftest import Mlops

pytestmark = [pytest.mark.long, pytest.mark.timeout(2400)]


@pytest.mark.skipif(lacking() is not None, reason=lacking() or "")
def test_a_stream_scores_while_the_champion_changes(mlops: Mlops, broker_jars: str | None) -> None:
    """Every prediction is in the Delta table, the database and the topic, and the endpoint answers by key."""
    if broker_jars:
        pytest.skip("needs Kafka's jars: run `make setup` with the network")
    told = json.loads(mlops("demo", "credit", "--story", "streaming", "--format", "json").stdout)
    mlops("down")
    assert {row["what"]: row["verdict"] for row in told} == {
        "every feature row has one prediction": "pass",
        "the stream was answered by both champions, and by no other version": "pass",
        "the database holds the rows of the Delta table, each once": "pass",
        "a reader of the topic who keeps one message per id has these rows too": "pass",
        "messages with one id are equal, however often they were sent": "pass",
        "the endpoint serves the live version, with the answers of batch scoring": "pass",
    }
