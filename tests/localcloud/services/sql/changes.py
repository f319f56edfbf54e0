# ruff: noqa: E501 - a statement a line
"""Statements that change `target (id int, name string, n int)` of three rows; `source (id, name, n)` has two.

Each begins with the same rows, and must leave the rows through the API that the same Spark leaves directly.
"""

CHANGES: list[str] = [
    "insert into target values (9, 'x', 1)",
    "insert into target (n, id) values (1, 9)",
    "insert into table target select * from source",
    "insert into target table source",
    "insert into target by name select 5 as n, 9 as id, 'z' as name",
    "insert into target select id, upper(name), n from source where id not in (select id from target)",
    "with s as (select * from source where id = 4) insert into target select * from s",
    "insert into target with target as (select 8 as id, 'cte' as name, 0 as n) select * from target",
    "insert overwrite target select * from source",
    "insert overwrite table target select id, name, n from target where id = 1",
    "insert into target replace where id = 1 select 1, 'new', 100",
    "update target set n = n + 1",
    "update target set name = 'from source', n = default where id = 2",
    "update target as t set t.n = coalesce(t.n, 0) - 1 where t.id > 1",
    "update same.target set same.target.n = -1, name = upper(name) where same.target.id <> 2",
    "delete from target",
    "delete from target where n is null or name like 'b%'",
    "delete from target as t where t.id = 1",
    "delete from same.target where same.target.n = 20 and 'target' = 'target'",
    "merge into target t using source s on t.id = s.id when matched then update set * when not matched then insert *",
    "merge into target using source on target.id = source.id when matched then delete",
    "merge into same.target using same.source on same.target.id = same.source.id"
    " when matched and same.source.n > 25 then update set n = same.source.n when not matched then insert (id) values (same.source.id)",
    "merge into target t using (select id, max(n) as n from source group by id) s on t.id = s.id"
    " when matched then update set n = s.n, name = concat(t.name, '!')",
    "merge into target t using source s on t.id = s.id when matched then update set t.name = s.name"
    " when not matched by source and t.id = 1 then delete when not matched by source then update set n = 0",
    "merge with schema evolution into target t using (select 9 as id, 'e' as name, 1 as n, true as extra) s on t.id = s.id"
    " when not matched then insert *",
    "with s as (select 2 as id) merge into target t using s on t.id = s.id when matched then delete",
    "merge into target -- into source\n t using source /* target */ s on t.id = s.id when matched then delete",
]

# Forms that Databricks runs and the Delta of this machine does not.
REFUSED: list[str] = [
    "update target as t set t.n = 0 where t.id in (select id from source)",
    "update same.target set same.target.n = -1 where exists (select 1 from source s where s.id = same.target.id)",
    "delete from target t where exists (select 1 from source s where s.id = t.id)",
    "delete from target where id = (select max(id) from source)",
]
