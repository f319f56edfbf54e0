"""The API answers what the same Spark answers directly: names, types and values, and what a change leaves."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from databricks.sdk.service.sql import StatementResponse, StatementState
from pyspark.errors import PySparkException

from localcloud.services.sql.values import text as as_text
from localcloud.spark.sessions import new_session
from tests.localcloud.core import Core, leave, start
from tests.localcloud.services.sql.asking import ask
from tests.localcloud.services.sql.changes import CHANGES, REFUSED
from tests.localcloud.services.sql.queries import QUERIES

pytestmark = pytest.mark.slow

if TYPE_CHECKING:
    from pyspark.sql.connect.session import SparkSession

CATALOG, SCHEMA = "spark_catalog", "same"
TABLES = {
    "sales": """
        select cast(id as int) as id, region, cast(day as date) as day, cast(amount as decimal(10, 2)) as amount,
          cast(qty as int) as qty, tags, attrs,
          named_struct('name', concat('n', id), 'home', named_struct('city', region)) as who,
          timestamp'2024-01-01 08:00:00' + make_interval(0, 0, 0, cast(id as int)) as at, js
        from values
          (1, 'north', '2024-01-01', 10.50, 1, array('a', 'b'), map('a', '1'), '{"n": {"m": 1}, "z": "q"}'),
          (2, 'north', '2024-01-02', 0.00, 2, array('b'), map('a', '2', 'b', '3'), '{"n": {"m": 2}}'),
          (3, 'south', '2024-01-01', 3.33, null, array('c', 'a'), map('c', '4'), '{}'),
          (4, 'south', '2024-01-03', 99999.99, 4, array('a', 'd'), map('a', '5'), null),
          (5, 'east', '2024-01-03', -1.01, 5, array('e', 'f'), map('a', '6'), '{"n": 3}'),
          (6, 'sea', null, null, 2, array('a', 'g'), map('a', null), '{"n": null}')
        as t(id, region, day, amount, qty, tags, attrs, js)""",
    "regions": """
        select * from values ('north', 'A', 1.5D), ('south', 'B', 2.5D), ('east', 'A', 0.5D), ('west', null, 0D)
        as t(region, country, goal)""",
    "gate_results": "select * from values ('compliance', true), ('comparison', null) as t(gate, passed)",
    "target": "select * from values (1, 'a', 10), (2, 'b', 20), (3, null, null) as t(id, name, n)",
    "source": "select * from values (2, 'B', 25), (4, 'D', 40) as t(id, name, n)",
}
Answer = tuple[list[tuple[str, str]], list[tuple[str | None, ...]]]


@dataclass(frozen=True)
class Both:
    """The same tables behind the API and in Spark's own catalog."""

    core: Core
    spark: "SparkSession"

    def through_the_api(self, statement: str) -> Answer:
        """Columns (name, type) and rows as the API writes them."""
        return _read(ask(self.core.admin(), statement, catalog=CATALOG, schema=SCHEMA))

    def refused(self, statement: str) -> str:
        """The API's message on a statement that fails."""
        answer = ask(self.core.admin(), statement, catalog=CATALOG, schema=SCHEMA)
        assert answer.status is not None
        assert answer.status.state is StatementState.FAILED
        assert answer.status.error is not None
        return str(answer.status.error.message)

    def directly(self, statement: str) -> Answer:
        """What Spark says, its values as the API writes them."""
        frame = self.spark.sql(statement)
        kinds = [(field.name, field.dataType.simpleString()) for field in frame.schema.fields]
        table = frame.toArrow()
        cells = [column.to_pylist(maps_as_pydicts="strict") for column in table.columns]
        rows = [
            tuple(as_text(v, kind) for v, (_, kind) in zip(row, kinds, strict=True)) for row in zip(*cells, strict=True)
        ]
        return [(name, kind.upper()) for name, kind in kinds], rows

    def fill(self, name: str) -> None:
        """Give a table its first rows, on both sides."""
        location = self.core.cloud.store.require("table", f"{CATALOG}.{SCHEMA}.{name}")["storage_location"]
        for path in (location, f"{location}-direct"):
            writer = self.spark.sql(TABLES[name]).coalesce(1).write.format("delta").mode("overwrite")
            writer.option("overwriteSchema", "true").save(path)


def _read(answer: StatementResponse) -> Answer:
    assert answer.status is not None
    assert answer.status.state is StatementState.SUCCEEDED, answer.status.error
    assert answer.manifest is not None
    assert answer.manifest.schema is not None
    assert answer.result is not None
    columns = [(str(c.name), str(c.type_text)) for c in answer.manifest.schema.columns or []]
    return columns, [tuple(row) for row in answer.result.data_array or []]


@pytest.fixture(scope="module")
def both(spark_remote: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """Five small tables on both sides, under the same names."""
    core = start(tmp_path_factory.mktemp("same"))
    core.cloud.spark_remote = spark_remote
    core.admin().catalogs.create(CATALOG)
    core.admin().schemas.create(SCHEMA, CATALOG)
    session = new_session(spark_remote)
    # As in the API's session: a text may hold `${…}`.
    session.conf.set("spark.sql.variable.substitute", "false")
    session.sql(f"create database {SCHEMA}")
    found = Both(core, session)
    for name in TABLES:
        core.table(f"{CATALOG}.{SCHEMA}.{name}")
        found.fill(name)
        location = core.cloud.store.require("table", f"{CATALOG}.{SCHEMA}.{name}")["storage_location"]
        session.sql(f"create table {SCHEMA}.`{name}` using delta location '{location}-direct'")
    session.sql(f"use {SCHEMA}")
    yield found
    session.sql("use default")
    session.sql(f"drop database {SCHEMA} cascade")
    session.stop()
    leave(core)


@pytest.mark.parametrize("statement", [query for queries in QUERIES.values() for query in queries])
def test_a_query_answers_the_same(both: Both, statement: str) -> None:
    """The columns' names and types, and every value in its order."""
    assert both.through_the_api(statement) == both.directly(statement)


@pytest.mark.parametrize("statement", CHANGES)
def test_a_change_leaves_the_same(both: Both, statement: str) -> None:
    """The rows of the target afterwards."""
    both.fill("target")
    both.through_the_api(statement)
    both.spark.sql(statement)
    rows = "select * from target order by all"
    assert both.through_the_api(rows) == both.directly(rows)
    assert both.through_the_api(rows)[1] != [("1", "a", "10"), ("2", "b", "20"), ("3", None, None)]


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        # Spark's comment goes on behind a backslash at the end of the line, and ends with the second line.
        ("select 1 -- \\\n /*\n as x from delta.`{secret}` -- */", "it reads delta.{secret}, which was not seen"),
        ("select 1 -- \\\n /*\n , reflect('java.lang.Math', 'abs', 1) -- */", "it calls reflect"),
    ],
)
def test_what_only_spark_sees_does_not_run(both: Both, statement: str, message: str) -> None:
    """Two parsers differ somewhere; the one that runs the statement has the last word."""
    secret = both.core.cloud.store.require("table", f"{CATALOG}.{SCHEMA}.sales")["storage_location"]
    found = both.refused(statement.format(secret=secret))
    assert "otherwise than it was checked" in found
    assert message.format(secret=secret) in found


def test_truncate_leaves_what_a_delete_of_all_rows_leaves(both: Both) -> None:
    """Delta's tables on this machine take no TRUNCATE, so it runs as the DELETE that it is on Databricks."""
    both.fill("target")
    both.through_the_api("truncate table same.target;")
    both.spark.sql("delete from target")
    rows = "select * from target"
    assert both.through_the_api(rows) == both.directly(rows)
    assert both.through_the_api(rows)[1] == []


@pytest.mark.parametrize("statement", REFUSED)
def test_what_spark_refuses_is_refused_alike(both: Both, statement: str) -> None:
    """By Spark's own error condition, and nothing is changed."""
    both.fill("target")
    with pytest.raises(PySparkException) as raised:
        both.directly(statement)
    assert raised.value.getCondition() == "DELTA_UNSUPPORTED_SUBQUERY"
    assert both.refused(statement).startswith("[DELTA_UNSUPPORTED_SUBQUERY]")
    assert both.through_the_api("select id from target order by id")[1] == [("1",), ("2",), ("3",)]


@pytest.mark.parametrize(
    ("expression", "kind", "value"),
    [
        ("array()", "ARRAY<VOID>", "[]"),
        ("array(array())", "ARRAY<ARRAY<VOID>>", "[[]]"),
        ("map('k', array())", "MAP<STRING,ARRAY<VOID>>", '{"k": []}'),
        ("interval '2-3' year to month", "INTERVAL YEAR TO MONTH", "INTERVAL '2-3' YEAR TO MONTH"),
        ("interval '1 02:03:04' day to second", "INTERVAL DAY TO SECOND", "INTERVAL '1 02:03:04' DAY TO SECOND"),
    ],
)
def test_values_that_a_client_cannot_fetch_as_they_are(both: Both, expression: str, kind: str, value: str) -> None:
    """Spark computes them, its Python client has no Arrow type for them: empty lists come, intervals as text."""
    assert both.through_the_api(f"select {expression} as x, 1 as x") == (
        [("x", kind), ("x", "INT")],
        [(value, "1")],
    )


def test_an_error_names_the_table_and_no_path(both: Both) -> None:
    """What Spark says of a location is said of the table."""
    found = both.refused("insert into target values (1)")
    assert found.startswith("[DELTA_INSERT_COLUMN_ARITY_MISMATCH]")
    assert f"{CATALOG}.{SCHEMA}.target" in found
    assert str(both.core.cloud.home) not in found
