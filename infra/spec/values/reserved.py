"""Names that a catalog cannot have: those of every workspace, and reserved words of SQL."""

CATALOGS = frozenset(
    ("builtin", "global_temp", "hive_metastore", "information_schema", "samples", "session", "spark_catalog", "system")
)
# The words that Spark reserves in ANSI mode, which Databricks uses, and `default`.
_RESERVED = """
    all and anti any array as at authorization between both by case cast check collate column commit constraint create
    cross current_date current_time current_timestamp current_user default delete describe distinct drop else end
    escape except exists false fetch filter for foreign from full function global grant group grouping having in inner
    insert intersect interval into is join lateral leading left like local minus natural no not null of offset on only
    or order out outer overlaps partition position primary range references revoke right rollup row rows select
    semi session_user set some start table tablesample then time to trailing true truncate union unique unknown update
    user using values when where window with within
"""
SQL_WORDS = frozenset(_RESERVED.split())
