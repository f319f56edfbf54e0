"""Predictions into a real PostgreSQL server."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from localcloud.beside.postgres import Postgres
from ml.declarations import Table
from ml.sinks.sink import Batch, SinkAwayError, event_id
from tests.ml.lake import Lake
from tests.ml.sinks.scored import TABLE, frame

psycopg2 = pytest.importorskip("psycopg2")
FIRST, SECOND = Batch(stream="s", number=0), Batch(stream="s", number=1)


@pytest.fixture
def schema(postgres: Postgres) -> Iterator[str]:
    """A schema of its own."""
    name = f"s{uuid4().hex[:8]}"
    postgres.ask(f"CREATE SCHEMA {name}")
    yield name
    postgres.ask(f"DROP SCHEMA {name} CASCADE")


def _sink(postgres: Postgres, schema: str, table: Table = TABLE, **secrets: str) -> Any:
    from ml.sinks.postgres import PostgresSink  # noqa: PLC0415 - without its driver there is no such module

    return PostgresSink(table, f"{schema}.scores", postgres.secrets | secrets, encrypted=False)


def _rows(postgres: Postgres, schema: str, columns: str) -> list[tuple[Any, ...]]:
    return postgres.ask(f"SELECT {columns} FROM {schema}.scores ORDER BY client_id, event_id")


def test_values_arrive_exactly_and_a_replay_changes_no_row(lake: Lake, postgres: Postgres, schema: str) -> None:
    """Whole numbers, times to the microsecond, nulls, quotes; a row's `xmin` is the transaction that wrote it."""
    sink = _sink(postgres, schema)
    sink.write(frame(lake, range(1, 40)), FIRST)
    sink.write(frame(lake, [40]), SECOND)
    told = "event_id, client_id, application_month, probability, run_id, features_hash"
    when = "to_char(scored_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"
    named = frame(lake, range(1, 41)).withColumn("event_id", event_id(TABLE)).orderBy("client_id")
    expected = named.selectExpr(*told.split(", "), "date_format(scored_at, 'yyyy-MM-dd HH:mm:ss.SSSSSS')").collect()
    assert _rows(postgres, schema, f"{told}, {when}") == [tuple(row) for row in expected]
    before = _rows(postgres, schema, "xmin, *")
    sink.write(frame(lake, range(1, 40)), FIRST)
    assert _rows(postgres, schema, "xmin, *") == before
    noted = postgres.ask(f"SELECT stream, batch FROM {schema}.mlops_batches ORDER BY batch")
    assert noted == [("s", 0), ("s", 1)]


def test_an_event_that_comes_in_another_batch_is_one_row(lake: Lake, postgres: Postgres, schema: str) -> None:
    """As it comes to a sink whose checkpoint was lost: a new stream, from the first prediction on."""
    sink = _sink(postgres, schema)
    sink.write(frame(lake, [1, 2]), FIRST)
    sink.write(frame(lake, [1, 2, 3]), Batch(stream="anew", number=0))
    assert _rows(postgres, schema, "client_id") == [(1,), (2,), (3,)]


def test_a_batch_that_fails_half_way_leaves_nothing(lake: Lake, postgres: Postgres, schema: str) -> None:
    """Its last row does not fit the table; then it does, and the batch is there once, with its note."""
    sink = _sink(postgres, schema)
    sink.write(frame(lake, [1]), FIRST)
    postgres.ask(f"ALTER TABLE {schema}.scores ADD CONSTRAINT low CHECK (client_id < 50)")
    with pytest.raises(psycopg2.IntegrityError, match="low"):
        sink.write(frame(lake, range(2, 51)), SECOND)
    assert _rows(postgres, schema, "client_id") == [(1,)]
    assert postgres.ask(f"SELECT batch FROM {schema}.mlops_batches") == [(0,)]
    postgres.ask(f"ALTER TABLE {schema}.scores DROP CONSTRAINT low")
    sink.write(frame(lake, range(2, 51)), SECOND)
    assert len(_rows(postgres, schema, "client_id")) == 50


def test_a_column_that_is_declared_later_is_added(lake: Lake, postgres: Postgres, schema: str) -> None:
    """Rows that were written before have null there."""
    fewer = replace(TABLE, columns=tuple(column for column in TABLE.columns if column.name != "features_hash"))
    _sink(postgres, schema, fewer).write(frame(lake, [2]).drop("features_hash"), FIRST)
    _sink(postgres, schema).write(frame(lake, [4]), SECOND)
    assert _rows(postgres, schema, "client_id, features_hash") == [(2, None), (4, "hash-4")]


def test_a_server_that_is_away_may_come_back_and_one_that_refuses_will_not(
    lake: Lake, postgres: Postgres, schema: str
) -> None:
    """Stopped, it is away; with a wrong password or without the database, another try is no use."""
    sink = _sink(postgres, schema)
    postgres.stop()
    try:
        with pytest.raises(SinkAwayError, match=rf"table '{schema}\.scores' cannot be written: .*refused"):
            sink.write(frame(lake, [1]), FIRST)
    finally:
        postgres.start()
    sink.write(frame(lake, [1]), FIRST)
    assert _rows(postgres, schema, "client_id") == [(1,)]
    for wrong in ({"password": "wrong"}, {"database": "nowhere"}):
        with pytest.raises(psycopg2.OperationalError, match=r"authentication failed|does not exist"):
            _sink(postgres, schema, **wrong).write(frame(lake, [1]), FIRST)


def test_what_is_declared_encrypted_is_never_sent_in_clear(lake: Lake, postgres: Postgres, schema: str) -> None:
    """The server of the tests has no certificate, so the sink refuses it."""
    from ml.sinks.postgres import PostgresSink  # noqa: PLC0415 - without its driver there is no such module

    sink = PostgresSink(TABLE, f"{schema}.scores", postgres.secrets, encrypted=True)
    with pytest.raises(psycopg2.OperationalError, match="does not support SSL"):
        sink.write(frame(lake, [1]), FIRST)
