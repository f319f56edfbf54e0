"""SELECTs as people write them, by subject. Each must answer through the API what the same Spark answers directly.

Tables, in schema `same` of catalog `spark_catalog`: `sales` (6 rows), `regions` (4), `gate_results` (2).
"""

QUERIES: dict[str, list[str]] = {
    "names": [
        "select * from sales order by id",
        "select spark_catalog.same.sales.id from spark_catalog.same.sales order by 1",
        "select same.sales.id, sales.qty, qty from same.sales order by same.sales.id",
        "select same.sales.who.home.city from same.sales order by id",
        "select spark_catalog.same.sales.* from spark_catalog.same.sales order by id",
        "select S.ID, s.Region from SALES as S order by s.id",
        "select `id`, `sales`.`who`.`name` from `spark_catalog`.`same`.`sales` order by `id`",
        "select `gate_results`.passed from `gate_results` order by gate",
        "select same.`gate_results`.gate from same.`gate_results` order by 1",
        "select a.id, b.id from sales a join sales b on a.id = b.id + 1 order by 1",
        "select sales.id from sales, regions where sales.region = regions.region order by 1",
        "select who.name, who.home, who.home.city from sales order by id",
        "select who.* from sales order by id",
        "select x.who.home.city as c from sales x order by id",
        "select a.b.c from (select named_struct('b', named_struct('c', 1)) as a)",
        "select sales.region from (select named_struct('region', 'x') as sales)",
        "select t.* from (select 1 as a, 2 as b) as t(x, y)",
        "select * except (tags, attrs, who, js) from sales order by id",
        "select regions.region, count(*) from regions group by regions.region order by 1",
        "select id as `select`, qty as `from` from sales order by `select`",
    ],
    "comments and literals": [
        "select /* from regions */ count(*) -- from regions\n from sales -- end",
        "-- from nowhere\nselect 1",
        "/* a /* nested */ comment */ select 2",
        "select count(*) from/**/sales",
        "select count(*) from sales--x\nwhere id>1",
        "select 'from sales' as a, \"join regions\" as b, '-- no comment' as c, '/* none */' as d",
        "select 'it''s', \"a\"\"b\", 'a' 'b', r'\\d+', '\\t', '\\u0041', 'ü€'",
    ],
}
