"""From the table of predictions to sinks, over kills and outages."""

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pyspark.sql import DataFrame

from localcloud.beside.postgres import Postgres
from ml.people import Request, person_column
from ml.scoring.forgetting import forget as forget_predictions
from ml.sinks.delivery import SinksFailedError, deliver, forget
from ml.sinks.kafka import KafkaSink
from ml.sinks.sink import Batch, Sink, SinkAwayError
from ml.streams.checkpoint import Checkpoint
from tests.ml.lake import Lake
from tests.ml.sinks.scored import NAME, TABLE, TASK, score
from tests.ml.sinks.topics import read

# Dead before it sends, and after: the latter makes doubles, or would.
POINTS = [pytest.param("plan", marks=pytest.mark.slow), "commit"]


class Noting:
    """A sink that remembers which clients came in which batch; `fails` is raised once each, before it takes any."""

    def __init__(self, *fails: Exception) -> None:
        self.taken: list[tuple[int, list[int]]] = []
        self.forgotten: list[list[int]] = []
        self._fails = list(fails)

    def write(self, rows: DataFrame, batch: Batch) -> None:
        """Note them."""
        if self._fails:
            raise self._fails.pop(0)
        clients = sorted(row["client_id"] for row in rows.select("client_id").collect())
        self.taken.append((batch.number, clients))

    def forget(self, rows: DataFrame) -> None:
        """Note them."""
        if self._fails:
            raise self._fails.pop(0)
        self.forgotten.append(sorted(row["client_id"] for row in rows.select("client_id").collect()))


def _deliver(lake: Lake, **sinks: Sink) -> dict[str, int]:
    opened: dict[str, Callable[[], Sink]] = {name: lambda sink=sink: sink for name, sink in sinks.items()}  # type: ignore[misc]
    return deliver(lake.tables, TASK, opened, lake.root / "checkpoints")


def test_a_sink_gets_what_it_has_not_had_and_only_of_its_model(lake: Lake) -> None:
    """One that is declared later begins with the first prediction; with nothing new nothing is written."""
    score(lake, [1, 2])
    score(lake, [9], model="test.credit_ops.other")
    first, second = Noting(), Noting()
    assert _deliver(lake, first=first) == {"first": 2}
    assert _deliver(lake, first=first) == {"first": 0}
    score(lake, [3])
    score(lake, [1, 2], version=2)
    assert _deliver(lake, first=first, second=second) == {"first": 3, "second": 5}
    assert first.taken == [(0, [1, 2]), (1, [1, 2, 3])]
    assert second.taken == [(0, [1, 1, 2, 2, 3])]


def test_a_sink_that_fails_keeps_nothing_from_the_others_and_gets_its_rows_later(lake: Lake) -> None:
    """The error names it; the batch that it did not take is the one that it gets, with what came since after it."""
    score(lake, [1])
    good, bad = Noting(), Noting(ValueError("no such column"))
    with pytest.raises(SinksFailedError, match=r"1 of 2 sink\(s\) failed.*\n  bad: ValueError: no such column"):
        _deliver(lake, good=good, bad=bad)
    score(lake, [2])
    _deliver(lake, good=good, bad=bad)
    assert good.taken == bad.taken == [(0, [1]), (1, [2])]


def test_a_sink_takes_back_its_models_rows_and_is_not_sent_what_was_removed(lake: Lake) -> None:
    """One that fails keeps it from no other. A row that left the table before it was sent is never sent."""
    score(lake, [1, 2])
    score(lake, [2], model="test.credit_ops.other")
    good, bad = Noting(), Noting(ValueError("no right to delete"))
    theirs = lake.tables.read(NAME, lake.tables.version(NAME)).where("client_id = 2")
    with pytest.raises(SinksFailedError, match=r"1 of 2 sink\(s\) failed; run the request again:\n  bad: ValueError"):
        forget(TASK, {"good": lambda: good, "bad": lambda: bad}, theirs)
    forget(TASK, {"good": lambda: good, "bad": lambda: bad}, theirs)
    assert (good.forgotten, bad.forgotten) == ([[2], [2]], [[2]])
    person = Request.of("2", person_column(TASK.use_case))
    assert forget_predictions(lake.tables, TASK, person, lambda rows: forget(TASK, {"good": lambda: good}, rows)) == 2
    assert good.forgotten[2:] == [[2], [2]]
    _deliver(lake, good=good)
    score(lake, [3])
    _deliver(lake, good=good)
    assert good.taken == [(0, [1]), (1, [3])]


def test_a_sink_that_is_away_for_a_moment_is_waited_for(lake: Lake) -> None:
    """Within the run, without an error."""
    score(lake, [1])
    sink = Noting(SinkAwayError("away"))
    assert _deliver(lake, sink=sink) == {"sink": 1}
    assert sink.taken == [(0, [1])]


def _delta(lake: Lake) -> list[tuple[object, ...]]:
    return lake.rows("gold.predictions", "client_id", "model_version", "probability")


@pytest.mark.parametrize("point", POINTS)
def test_killed_between_send_and_checkpoint_a_topic_has_doubles_and_no_loss(
    lake: Lake, broker: str, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    """Killed before it sends: no doubles; after: one of each row. Who keeps one per id has exactly the Delta rows."""
    topic = f"scores-{uuid4().hex[:8]}"
    sink = KafkaSink(TABLE, topic, {"kafka.bootstrap.servers": broker})
    score(lake, range(1, 21))
    _killed_at(point, lambda: _deliver(lake, topic=sink), monkeypatch)
    score(lake, [21, 22])
    _deliver(lake, topic=sink)
    found = read(lake, broker, topic)
    doubles = len(found) - len({each.key for each in found})
    print(f"killed at {point}: {len(found)} messages, {doubles} doubles")
    assert doubles == {"plan": 0, "commit": 20}[point]
    kept = [json.loads(value) for value in {each.key: each.value for each in found}.values()]
    assert sorted((row["client_id"], row["model_version"], row["probability"]) for row in kept) == _delta(lake)
    assert len({(each.key, each.value) for each in found}) == 22


@pytest.mark.parametrize("point", POINTS)
def test_killed_between_write_and_checkpoint_a_database_has_each_row_once(
    lake: Lake, postgres: Postgres, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    """And the second run writes no row of the first batch again."""
    from ml.sinks.postgres import PostgresSink  # noqa: PLC0415 - without its driver there is no such module

    schema = f"s{uuid4().hex[:8]}"
    postgres.ask(f"CREATE SCHEMA {schema}")
    sink = PostgresSink(TABLE, f"{schema}.scores", postgres.secrets, encrypted=False)
    score(lake, range(1, 21))
    _killed_at(point, lambda: _deliver(lake, database=sink), monkeypatch)
    score(lake, [21, 22])
    _deliver(lake, database=sink)
    found = postgres.ask(f"SELECT client_id, model_version, probability FROM {schema}.scores")
    assert sorted(found) == _delta(lake)
    assert postgres.ask(f"SELECT count(DISTINCT xmin::text) FROM {schema}.scores") == [(2,)]


def test_a_database_that_is_away_is_waited_for_and_nothing_is_lost(lake: Lake, postgres: Postgres) -> None:
    """It is stopped, and comes back while the delivery tries."""
    from ml.sinks.postgres import PostgresSink  # noqa: PLC0415 - without its driver there is no such module

    schema = f"s{uuid4().hex[:8]}"
    postgres.ask(f"CREATE SCHEMA {schema}")
    tried = threading.Event()

    class Watched(PostgresSink):
        def write(self, rows: DataFrame, batch: Batch) -> None:
            try:
                super().write(rows, batch)
            finally:
                tried.set()

    score(lake, range(1, 6))
    postgres.stop()
    back = threading.Thread(target=lambda: (tried.wait(60), postgres.start()))
    back.start()
    try:
        sink = Watched(TABLE, f"{schema}.scores", postgres.secrets, encrypted=False)
        assert _deliver(lake, database=sink) == {"database": 5}
    finally:
        tried.set()
        back.join()
    assert postgres.ask(f"SELECT count(*) FROM {schema}.scores") == [(5,)]


def _killed_at(point: str, work: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> None:
    """Do `work` until just after the plan was kept, or just before the commit would be."""
    done: Any = getattr(Checkpoint, point)

    def killed(self: Checkpoint, *given: Any) -> None:
        if point == "plan":
            done(self, *given)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Checkpoint, point, killed)
        with pytest.raises(KeyboardInterrupt):
            work()


def test_checkpoints_of_sinks_lie_apart(lake: Lake) -> None:
    """One folder per model and sink."""
    score(lake, [1])
    _deliver(lake, one=Noting(), two=Noting())
    kept = Path(lake.root / "checkpoints" / "sinks" / "credit")
    assert sorted(path.name for path in kept.iterdir()) == ["one", "two"]
