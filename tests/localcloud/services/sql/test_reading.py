"""Reading SQL: which tables it touches, and its own text over locations."""

import pytest

from localcloud.kernel.errors import ApiError
from localcloud.services.sql.reading import Use, parse
from localcloud.services.sql.splice import over


def located(text: str, catalog: str = "", schema: str = "") -> str:
    """The statement with `/lake/<name>` for every table."""
    return over(parse(text, catalog, schema), lambda name: f"/lake/{name}")


@pytest.mark.parametrize(
    ("text", "tables", "sql"),
    [
        (
            "select  gate from prod.ops.gates where x in (select y from prod.ops.b)",
            {("prod.ops.gates", Use.READ), ("prod.ops.b", Use.READ)},
            "select  gate from delta.`/lake/prod.ops.gates` AS `gates`"
            " where x in (select y from delta.`/lake/prod.ops.b` AS `b`)",
        ),
        (
            "select prod.a.b.x, a.b.s.t, b.y from prod.a.b",
            {("prod.a.b", Use.READ)},
            "select `b`.x, `b`.s.t, b.y from delta.`/lake/prod.a.b` AS `b`",
        ),
        (
            "select a.t.x, q.t.y from prod.a.t, prod.q.t",
            {("prod.a.t", Use.READ), ("prod.q.t", Use.READ)},
            "select `prod__a__t`.x, `prod__q__t`.y"
            " from delta.`/lake/prod.a.t` AS `prod__a__t`, delta.`/lake/prod.q.t` AS `prod__q__t`",
        ),
        (
            "select * from prod.a.b version as of 3 as old",
            {("prod.a.b", Use.READ)},
            "select * from delta.`/lake/prod.a.b` version as of 3 as old",
        ),
        (
            "select * from prod.a.b for system_time as of date_sub(current_date(), 1) left join prod.a.c on true",
            {("prod.a.b", Use.READ), ("prod.a.c", Use.READ)},
            "select * from delta.`/lake/prod.a.b` for system_time as of date_sub(current_date(), 1) AS `b`"
            " left join delta.`/lake/prod.a.c` AS `c` on true",
        ),
        (
            "select * from prod.a.b tablesample (3 rows) repeatable (7) where x",
            {("prod.a.b", Use.READ)},
            "select * from delta.`/lake/prod.a.b` tablesample (3 rows) repeatable (7) AS `b` where x",
        ),
        (
            "table prod.a.b",
            {("prod.a.b", Use.READ)},
            "SELECT * FROM delta.`/lake/prod.a.b` AS `b`",
        ),
        (
            "insert into table prod.a.b (x) table prod.a.c",
            {("prod.a.b", Use.INSERT), ("prod.a.c", Use.READ)},
            "insert into table delta.`/lake/prod.a.b` (x) SELECT * FROM delta.`/lake/prod.a.c` AS `c`",
        ),
        (
            "update prod.a.b set x = 1 where y in (select y from prod.a.c)",
            {("prod.a.b", Use.CHANGE), ("prod.a.c", Use.READ)},
            "update delta.`/lake/prod.a.b` AS `b` set x = 1 where y in (select y from delta.`/lake/prod.a.c` AS `c`)",
        ),
        (
            "delete from prod.a.b where x = 1",
            {("prod.a.b", Use.CHANGE)},
            "delete from delta.`/lake/prod.a.b` AS `b` where x = 1",
        ),
        (
            "merge with schema evolution into prod.a.b t using prod.a.c on t.id = a.c.id when matched then delete",
            {("prod.a.b", Use.CHANGE), ("prod.a.c", Use.READ)},
            "merge with schema evolution into delta.`/lake/prod.a.b` t using delta.`/lake/prod.a.c` AS `c`"
            " on t.id = `c`.id when matched then delete",
        ),
        (
            "explain formatted select * from prod.a.b",
            {("prod.a.b", Use.READ)},
            "explain formatted select * from delta.`/lake/prod.a.b` AS `b`",
        ),
    ],
)
def test_only_names_change(text: str, tables: set[tuple[str, Use]], sql: str) -> None:
    """Every stored table becomes its location and keeps its name as the alias; all other text stays as it was."""
    assert parse(text).tables == tables
    assert located(text) == sql


@pytest.mark.parametrize(
    "text",
    [
        "select percentile_cont(0.5) within group (order by id) from range(10)",
        "select a.b.c from (select named_struct('b', named_struct('c', 1)) as a)",
        "SELECT 'prod.a.b' /* from prod.a.b */ -- prod.a.b\n, \"prod.a.b\", date_sub(current_date(), 1)",
        "select v:prod.a.b[0]::int from (select parse_json('{}') as v)",
        "with b as (select 1 as x), c as (select * from b) select b.x from b join c using (x)",
        "select * from values (1, 'prod.a.b') as prod(a, b)",
    ],
)
def test_a_statement_without_tables_is_run_as_given(text: str) -> None:
    """Fields of structs, literals, comments and functions are left alone."""
    assert located(text, "prod", "a") == text


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("with t as (select * from t) select * from t", {"t"}),
        ("with recursive t as (select 1 as n union all select n + 1 from t) select * from t", set()),
        ("with a as (select * from b), b as (select * from a) select * from b", {"b"}),
        ("with a as (with b as (select * from a) select * from b) select * from a, b", {"a", "b"}),
        ("select * from (with a as (select 1) select * from a), a", {"a"}),
        ("with A as (select 1) select * from a", set()),
        ("with a as (select 1) select * from x.a", {"x.a"}),
        ("with a as (select 1) insert into a select * from a", {"a"}),
        ("insert into t with a as (select 1) select * from a", {"t"}),
        ("select * from t, lateral (select t.x)", {"t"}),
    ],
)
def test_a_common_table_expression_hides_a_table_in_its_scope_only(text: str, stored: set[str]) -> None:
    """Its own query sees the table; later ones of the same WITH and the query below see the expression."""
    expected = {f"prod.{name}" if "." in name else f"prod.s.{name}" for name in stored}
    assert {name for name, _ in parse(text, "prod", "s").tables} == expected


def test_names_are_completed_from_catalog_and_schema() -> None:
    """As the statement's `catalog` and `schema` say."""
    assert parse("select * from b", "prod", "a").tables == {("prod.a.b", Use.READ)}
    assert parse("select * from z.b", "prod", "a").tables == {("prod.z.b", Use.READ)}


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
        ("from prod.a.b insert into prod.a.c select *", "'from' statements are not allowed"),
        ("select * from identifier('prod.a.b')", "identifier is not allowed"),
        ("select java_method('java.lang.System', 'exit')", "java_method is not allowed"),
        ("select reflect('java.lang.System', 'exit')", "reflect is not allowed"),
        ("select * from read_files('/etc')", "read_files is not allowed"),
        ("select * from table_changes('prod.a.b', 0)", "table_changes is not allowed"),
        ("select * from unheard_of(1)", "Table function unheard_of is not allowed"),
        ("select * from prod.a.b@v3", "VERSION AS OF"),
        ("insert overwrite directory '/x' select 1", "not allowed"),
        ("select transform(x) using 'cat' from prod.a.b", "TRANSFORM … USING runs a program"),
    ],
)
def test_what_reaches_past_the_tables_is_refused(text: str, message: str) -> None:
    """Paths, other sources, several statements, session changes, and functions that run code or open names."""
    with pytest.raises(ApiError, match=message) as raised:
        located(text)
    assert raised.value.status == 400
