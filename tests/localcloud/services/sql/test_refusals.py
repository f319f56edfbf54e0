"""Statements that do not run: each is refused with what to do in its place, or as one that is not known."""

import pytest

from localcloud.kernel.errors import ApiError
from localcloud.services.sql.reading import Use, parse

T = "prod.ops.gates"
TABLES, VIEWS, SESSION = "/unity-catalog/tables", "views are not supported here", "its own session"
ONE, LAYOUT, FILES = "one statement a request", "no result depends on it", "use /fs/files"
REFUSED = {
    "'CREATE TABLE'": (
        TABLES,
        f"create table {T} (id int)",
        f"create table if not exists {T} as select 1 as id",
        f"CREATE OR REPLACE TABLE {T} USING DELTA AS SELECT 1 AS id",
        f"create external table {T} (id int) location 'abfss://x'",
        f"create table {T} shallow clone prod.ops.other",
        f"/* a */ create -- b\n table {T} like prod.ops.other",
        f"explain create table {T} (id int)",
    ),
    "'REPLACE TABLE'": (TABLES, f"replace table {T} as select 1 as id"),
    "'ALTER TABLE'": (
        TABLES,
        f"alter table {T} add column x int",
        f"alter table {T} drop column x",
        f"alter table {T} rename to other",
        f"alter table {T} set tblproperties ('delta.appendOnly' = 'false')",
        f"alter table {T} set owner to eve",
        f"alter table {T} alter column x drop mask",
        f"alter table {T} drop row filter",
        f"alter table {T} cluster by (x)",
    ),
    "'DROP TABLE'": (TABLES, f"drop table {T}", f"drop table if exists {T} purge"),
    "'UNDROP'": ("run the job that creates it", f"undrop table {T}"),
    "'COMMENT ON'": (
        "comment it where it is declared",
        f"comment on table {T} is 'x'",
        f"comment on column {T}.x is 'x'",
    ),
    "'TRUNCATE'": ("TRUNCATE TABLE catalog.schema.table", f"truncate {T}", f"truncate table {T} partition (day = 1)"),
    "'CREATE VIEW'": (
        VIEWS,
        f"create view {T} as select 1",
        f"create or replace temporary view gates as select * from {T}",
        f"create materialized view {T} as select 1",
    ),
    "'ALTER VIEW'": (VIEWS, f"alter view {T} as select 1"),
    "'DROP VIEW'": (VIEWS, f"drop view {T}"),
    "'CREATE SCHEMA'": ("/unity-catalog/schemas", "create schema prod.mine", "create schema if not exists prod.mine"),
    "'DROP SCHEMA'": ("/unity-catalog/schemas", "drop schema prod.ops cascade"),
    "'ALTER SCHEMA'": ("/unity-catalog/schemas", "alter schema prod.ops owner to eve"),
    "'CREATE CATALOG'": ("/unity-catalog/catalogs", "create catalog mine"),
    "'DROP CATALOG'": ("/unity-catalog/catalogs", "drop catalog prod cascade"),
    "'CREATE VOLUME'": ("/unity-catalog/volumes", "create external volume prod.ops.v location 'abfss://x'"),
    "'CREATE FUNCTION'": ("/unity-catalog/functions", "create or replace function prod.ops.f() returns int return 1"),
    "'DROP FUNCTION'": ("/unity-catalog/functions", "drop function prod.ops.f"),
    "'CREATE LOCATION'": ("/unity-catalog/external-locations", "create external location x url 'abfss://x'"),
    "'CREATE STORAGE'": ("/unity-catalog/storage-credentials", "create storage credential x"),
    "'GRANT'": ("/unity-catalog/permissions", f"grant select on table {T} to eve"),
    "'REVOKE'": ("/unity-catalog/permissions", f"revoke select on table {T} from eve"),
    "'DENY'": ("no denials", f"deny select on table {T} to eve"),
    "'SET TAG'": ("/unity-catalog/entity-tag-assignments", f"set tag on table {T} x = y"),
    "'UNSET'": ("/unity-catalog/entity-tag-assignments", f"unset tag on table {T} x"),
    "'USE'": ("give `catalog` and `schema`", "use catalog prod", "use prod.ops"),
    "'SET'": (SESSION, "set x = 1", "set time zone 'UTC'", "set var x = 1"),
    "'RESET'": (SESSION, "reset"),
    "'CACHE'": (SESSION, f"cache table {T}", f"cache table x as select * from {T}"),
    "'UNCACHE'": (SESSION, f"uncache table {T}"),
    "'CLEAR'": (SESSION, "clear cache"),
    "'ADD'": (SESSION, "add jar '/x.jar'"),
    "'DECLARE'": (ONE, "declare variable x int default 1"),
    "'EXECUTE'": (ONE, "execute immediate 'select 1'"),
    "'BEGIN'": (ONE, "begin select 1; end", "begin transaction"),
    "'CALL'": (ONE, "call prod.ops.p()"),
    "'OPTIMIZE'": (LAYOUT, f"optimize {T} zorder by (id)"),
    "'VACUUM'": (LAYOUT, f"vacuum {T} retain 0 hours"),
    "'ANALYZE'": (LAYOUT, f"analyze table {T} compute statistics"),
    "'REORG'": (LAYOUT, f"reorg table {T} apply (purge)"),
    "'REFRESH'": (LAYOUT, f"refresh table {T}"),
    "'MSCK'": (LAYOUT, f"msck repair table {T}"),
    "'RESTORE'": ("INSERT OVERWRITE t SELECT * FROM t VERSION AS OF n", f"restore table {T} to version as of 1"),
    "'CONVERT'": (TABLES, "convert to delta parquet.`/x`"),
    "'COPY'": ("run the job that ingests it", f"copy into {T} from '/Volumes/x' fileformat = csv"),
    "'LOAD'": ("run the job that ingests it", f"load data inpath '/x' into table {T}"),
    "'LIST'": (FILES, "list '/Volumes/prod/ops/v'"),
    "'PUT'": (FILES, "put '/x' into '/Volumes/prod/ops/v/x'"),
    "'REMOVE'": (FILES, "remove '/Volumes/prod/ops/v/x'"),
    "'DESCRIBE'": ("row_limit 1", "describe query select 1", "describe select 1"),
}


@pytest.mark.parametrize(
    ("name", "advice", "statement"),
    [(name, advice, each) for name, (advice, *statements) in REFUSED.items() for each in statements],
)
def test_a_statement_is_refused_with_what_to_do_in_its_place(name: str, advice: str, statement: str) -> None:
    """By its kind, however it is spelled."""
    with pytest.raises(ApiError) as refused:
        parse(statement)
    assert (refused.value.status, refused.value.message.split(" statements")[0]) == (400, name)
    assert advice in refused.value.message


@pytest.mark.parametrize(
    "statement",
    [
        "create connection x type mysql",
        "create group x",
        "create bloomfilter index on table a.b.c for columns (id)",
        "alter recipient x",
        "kill 1",
        "pragma x",
        "handler x",
        "no statement at all",
        "-- only a comment",
        f"select 1; drop table {T}",
        f"(drop table {T})",
        f"with x as (select 1) drop table {T}",
        f"from prod.ops.other insert into {T} select *",
        f"select * into {T} from prod.ops.other",
        "insert overwrite directory '/tmp/x' select 1",
    ],
)
def test_what_is_not_understood_does_not_run(statement: str) -> None:
    """It is refused, and not taken for something else."""
    with pytest.raises(ApiError) as refused:
        parse(statement)
    assert refused.value.status == 400


@pytest.mark.parametrize("statement", [f"truncate table {T}", "  TRUNCATE\tTABLE\n prod . `ops` . gates ;"])
def test_truncate_takes_all_rows(statement: str) -> None:
    """It changes the table, as a DELETE without a condition does, and needs what that needs."""
    read = parse(statement)
    assert read.tables == {(T, Use.CHANGE)}
    assert read.text.split()[:2] == ["DELETE", "FROM"]
