"""Reading SQL: which tables it touches, and the statement over locations."""

import pytest

from localcloud.kernel.errors import ApiError
from localcloud.services.sql.rewrite import Show, Use, parse, show


def located(text: str, catalog: str = "", schema: str = "") -> str:
    """The statement with `/lake/<name>` for every table."""
    return parse(text, catalog, schema).over(lambda name: f"/lake/{name}")


@pytest.mark.parametrize(
    ("text", "tables", "sql"),
    [
        (
            "select gate from prod.ops.gate_results where x in (select y from prod.ops.b)",
            {("prod.ops.gate_results", Use.READ), ("prod.ops.b", Use.READ)},
            "SELECT gate FROM delta.`/lake/prod.ops.gate_results` AS `gate_results`"
            " WHERE x IN (SELECT y FROM delta.`/lake/prod.ops.b` AS `b`)",
        ),
        (
            "with t as (select * from prod.a.b) select * from t join prod.a.c using (id)",
            {("prod.a.b", Use.READ), ("prod.a.c", Use.READ)},
            "WITH t AS (SELECT * FROM delta.`/lake/prod.a.b` AS `b`)"
            " SELECT * FROM t JOIN delta.`/lake/prod.a.c` AS `c` USING (id)",
        ),
        (
            "select prod.a.b.x, b.y from prod.a.b",
            {("prod.a.b", Use.READ)},
            "SELECT b.x, b.y FROM delta.`/lake/prod.a.b` AS `b`",
        ),
        (
            "select * from prod.a.b version as of 3 as old",
            {("prod.a.b", Use.READ)},
            "SELECT * FROM delta.`/lake/prod.a.b` VERSION AS OF 3 AS old",
        ),
        (
            "insert into prod.a.b (x) select x from prod.a.c",
            {("prod.a.b", Use.INSERT), ("prod.a.c", Use.READ)},
            "INSERT INTO delta.`/lake/prod.a.b` (x) SELECT x FROM delta.`/lake/prod.a.c` AS `c`",
        ),
        (
            "update prod.a.b set x = 1 where y in (select y from prod.a.c)",
            {("prod.a.b", Use.CHANGE), ("prod.a.c", Use.READ)},
            "UPDATE delta.`/lake/prod.a.b` AS `b` SET x = 1 WHERE y IN (SELECT y FROM delta.`/lake/prod.a.c` AS `c`)",
        ),
        (
            "delete from prod.a.b where x = 1",
            {("prod.a.b", Use.CHANGE)},
            "DELETE FROM delta.`/lake/prod.a.b` AS `b` WHERE x = 1",
        ),
        (
            "merge into prod.a.b t using prod.a.c s on t.id = s.id when matched then update set *",
            {("prod.a.b", Use.CHANGE), ("prod.a.c", Use.READ)},
            "MERGE INTO delta.`/lake/prod.a.b` AS t USING delta.`/lake/prod.a.c` AS s"
            " ON t.id = s.id WHEN MATCHED THEN UPDATE SET *",
        ),
        ("describe prod.a.b", {("prod.a.b", Use.DESCRIBE)}, "DESCRIBE delta.`/lake/prod.a.b`"),
        ("describe history prod.a.b", {("prod.a.b", Use.READ)}, "DESCRIBE HISTORY delta.`/lake/prod.a.b`"),
        ("select 1", set(), "SELECT 1"),
        ("select id from range(3)", set(), "SELECT id FROM RANGE(3)"),
    ],
)
def test_a_statement_is_rewritten(text: str, tables: set[tuple[str, Use]], sql: str) -> None:
    """Every stored table becomes its location and keeps its name as the alias; the uses are told apart."""
    assert parse(text).tables == tables
    assert located(text) == sql


def test_names_are_completed_from_catalog_and_schema() -> None:
    """As the statement's `catalog` and `schema` say."""
    assert parse("select * from b", "prod", "a").tables == {("prod.a.b", Use.READ)}
    assert parse("select * from z.b", "prod", "a").tables == {("prod.z.b", Use.READ)}


def test_comments_do_not_reach_spark() -> None:
    """What runs is written anew from what was checked."""
    assert located("select 1 /* x */ -- y") == "SELECT 1"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("select * from delta.`/etc`", "must be named catalog.schema.table"),
        ("select * from csv.`/etc/passwd`", "must be named catalog.schema.table"),
        ("select * from prod.a.`../x`", "is not allowed"),
        ("select * from b", "must be named catalog.schema.table"),
        ("select * from a.b.c.d", "is not a table"),
        ("select 1; drop table prod.a.b", "exactly one statement, not 2"),
        ("", "exactly one statement, not 0"),
        ("drop table prod.a.b", "'drop' statements are not allowed"),
        ("create table prod.a.b as select 1", "'create' statements are not allowed"),
        ("truncate table prod.a.b", "'truncate' statements are not allowed"),
        ("set spark.x = 1", "'set' statements are not allowed"),
        ("use catalog prod", "'use' statements are not allowed"),
        ("execute immediate 'select 1'", "'execute' statements are not allowed"),
        ("explain select * from prod.a.b", "'explain' statements are not allowed"),
        ("cache table x as select * from prod.a.b", "'cache' statements are not allowed"),
        ("select * from identifier('prod.a.b')", "identifier is not allowed"),
        ("select java_method('java.lang.System', 'exit')", "java_method is not allowed"),
        ("select reflect('java.lang.System', 'exit')", "reflect is not allowed"),
        ("select * from read_files('/etc')", "read_files is not allowed"),
        ("select * from table_changes('prod.a.b', 0)", "table_changes is not allowed"),
        ("select * from unheard_of(1)", "Table function unheard_of is not allowed"),
        ("select * from prod.a.b@v3", "VERSION AS OF"),
        ("insert overwrite directory '/x' select 1", "not allowed"),
    ],
)
def test_what_reaches_past_the_tables_is_refused(text: str, message: str) -> None:
    """Paths, other sources, several statements, session changes, and functions that run code or open names."""
    with pytest.raises(ApiError, match=message) as raised:
        located(text)
    assert raised.value.status == 400


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("show catalogs", Show(what="CATALOGS", parent="")),
        ("SHOW DATABASES IN prod;", Show(what="SCHEMAS", parent="prod")),
        ("show tables from `prod`.credit_ops", Show(what="TABLES", parent="prod.credit_ops")),
        ("select 1", None),
        ("show tables; select 1", None),
    ],
)
def test_show(text: str, expected: Show | None) -> None:
    """Whole statements only."""
    assert show(text) == expected
