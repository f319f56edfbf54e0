"""The predictions in each place: the Delta table, the database, the topic."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass

from cli.cloud import endpoint
from cli.demo.accounting import count
from cli.demo.streaming.servers import Servers, sinks_of
from cli.demo.under_way import Demo
from cli.warehouse import query
from localcloud.spark.sessions import new_session
from ml.records.predictions import predictions
from ml.usecases import use_case as declaration

_ID = "event_id"
_TRIES, _PAUSE_S = 6, 5.0


@dataclass(frozen=True)
class Score:
    """A place's record of one event: the version that scored it, and the first output column."""

    version: int
    answer: float


@dataclass(frozen=True, kw_only=True)
class Held:
    """Scores by event id. For the topic also the number of messages, and the ids whose messages differ."""

    features: int
    delta: Mapping[str, Score]
    database: Mapping[str, Score]
    topic: Mapping[str, Score]
    messages: int
    differing: frozenset[str]


def held(demo: Demo, running: Servers) -> Held:
    """Read all three."""
    table, topic = sinks_of(demo.model.declared)
    answer = demo.model.declared.problem.output[0].name
    delta = _delta(demo, answer)
    messages = _messages(running.broker.address, topic.topic, len(delta))
    by_id: dict[str, set[str]] = {}
    for key, value in messages:
        by_id.setdefault(key, set()).add(value)
    found = running.database.ask(f"select {_ID}, model_version, {answer} from {table.table}")
    return Held(
        features=features(demo),
        delta=delta,
        database={key: Score(int(version), float(said)) for key, version, said in found},
        topic={key: _score(json.loads(min(values)), answer) for key, values in by_id.items()},
        messages=len(messages),
        differing=frozenset(key for key, values in by_id.items() if len(values) > 1),
    )


def features(demo: Demo) -> int:
    """Rows of the feature table."""
    return count(demo.model.declared.feature_table.table.full_name("prod", demo.use_case))


def scored(demo: Demo) -> int:
    """Rows of the Delta table; 0 before there is one."""
    name = f"{demo.use_case}_gold"
    there = query("prod", f"show tables in prod.{name} like 'predictions'")
    return count(f"prod.{name}.predictions") if there else 0


def stored(demo: Demo, running: Servers) -> int:
    """Rows of the database's table; 0 before there is one."""
    table, _ = sinks_of(demo.model.declared)
    if running.database.ask(f"select to_regclass('{table.table}') is null")[0][0]:
        return 0
    return int(running.database.ask(f"select count(*) from {table.table}")[0][0])


def _delta(demo: Demo, answer: str) -> dict[str, Score]:
    declared = predictions(declaration(demo.use_case))
    name = declared.full_name("prod", demo.use_case)
    keys = ", ".join(sorted(declared.keys))
    rows = query("prod", f"select sha2(to_json(struct({keys})), 256) as {_ID}, model_version, {answer} from {name}")
    return {row[_ID]: _score(row, answer) for row in rows}


def _score(row: Mapping[str, object], answer: str) -> Score:
    return Score(int(str(row["model_version"])), float(str(row[answer])))


def _messages(address: str, topic: str, ids: int) -> list[tuple[str, str]]:
    """Key and value of every message of the topic, read by the local cloud's Spark.

    Read once more if there are fewer than `ids` keys: the topic may get its rows a moment after the database.
    """
    session = new_session(endpoint().spark_remote)
    try:
        reader = session.read.format("kafka").option("kafka.bootstrap.servers", address).option("subscribe", topic)
        texts = reader.load().selectExpr("cast(key as string) as key", "cast(value as string) as value")
        for _ in range(_TRIES):
            rows = texts.collect()
            if len({row["key"] for row in rows}) >= ids:
                break
            time.sleep(_PAUSE_S)
    finally:
        session.stop()
    return [(row["key"], row["value"]) for row in rows]
