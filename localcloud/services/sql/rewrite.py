"""Reading one SQL statement: which tables it touches, and the same statement over locations. Pure.

What runs is always written anew from the parsed statement, so nothing is executed that was not checked.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from localcloud.kernel.errors import ApiError, bad_request
from localcloud.kernel.names import identifier
from localcloud.services.unity import past

_DIALECT = "databricks"
_ALLOWED = "SELECT, INSERT, UPDATE, DELETE, MERGE, DESCRIBE [HISTORY], SHOW CATALOGS|SCHEMAS|TABLES"
# Table functions that read nothing but their arguments.
_TABLE_FUNCTIONS = frozenset(
    {"range", "explode", "explode_outer", "posexplode", "posexplode_outer", "inline", "inline_outer", "stack"}
    | {"json_tuple", "variant_explode", "variant_explode_outer"}
)
# Functions that run code, or read files, tables or the network by a name in a string.
_REFUSED_FUNCTIONS = frozenset(
    {"java_method", "reflect", "try_reflect", "identifier", "read_files", "cloud_files", "read_kafka"}
    | {"table_changes", "read_statestore", "read_state_metadata", "http_request", "remote_query", "ai_query"}
    | {"python_worker_logs", "secret", "try_secret"}
)
_NO_VIEWS: Mapping[str, Callable[[str], str]] = MappingProxyType({})
# What names a table.
_NAME_ARGUMENTS = frozenset({"this", "db", "catalog", "alias"})
_SHOW = re.compile(
    r"\s*SHOW\s+(?P<what>CATALOGS|SCHEMAS|DATABASES|TABLES)(?:\s+(?:IN|FROM)\s+(?P<parent>[\w.`-]+))?\s*;?\s*", re.I
)


class Use(StrEnum):
    """What a statement does with a table."""

    READ = "read"
    INSERT = "insert"
    CHANGE = "change"
    DESCRIBE = "describe"


@dataclass(frozen=True, kw_only=True)
class Show:
    """`SHOW CATALOGS`, `SHOW SCHEMAS IN catalog` or `SHOW TABLES IN catalog.schema`."""

    what: str
    parent: str


@dataclass(frozen=True)
class Statement:
    """One parsed statement: the tables it touches (full name, use), and how to write it over locations."""

    tables: frozenset[tuple[str, Use]]
    tree: exp.Expr
    catalog: str
    schema: str

    def over(self, locate: Callable[[str], str], views: Mapping[str, Callable[[str], str]] = _NO_VIEWS) -> str:
        """The statement with every table named by its location: ``delta.`<locate(full name)>` ``.

        A table in `views` is read through the query that its function makes of that location.
        """
        tree = self.tree.copy()
        for table in _tables(tree):
            name = full_name(table, self.catalog, self.schema)
            if name in views:
                _show_through(table, name, views[name](f"delta.`{locate(name)}`"))
            else:
                _relocate(table, locate(name))
        _shorten_columns(tree)
        return str(tree.sql(dialect=_DIALECT, comments=False))


def show(text: str) -> Show | None:
    """The SHOW statement in `text`; None for any other statement."""
    found = _SHOW.fullmatch(text)
    if found is None:
        return None
    what = found["what"].upper().replace("DATABASES", "SCHEMAS")
    return Show(what=what, parent=(found["parent"] or "").replace("`", ""))


def parse(text: str, catalog: str = "", schema: str = "") -> Statement:
    """Parse and check one statement; names with fewer than three levels lie in `catalog` and `schema`.

    Raises `ApiError` 400 for several statements, a kind that is not allowed, a path or another source in
    place of a table, and functions that reach outside the statement's own tables.
    """
    tree = _single(text)
    _refuse_functions(tree)
    return Statement(_uses(tree, catalog, schema), tree, catalog, schema)


def full_name(table: exp.Table, catalog: str, schema: str) -> str:
    """`catalog.schema.table` of a table reference. Raises `ApiError` 400 for a path or any other form."""
    if not isinstance(table.this, exp.Identifier):
        raise bad_request(f"'{table.sql(dialect=_DIALECT)}' is not a table: name catalog.schema.table.")
    parts = [part for part in (table.catalog or catalog, table.db or schema, table.name) if part]
    if len(parts) != 3:
        raise bad_request(f"'{table.sql(dialect=_DIALECT)}' must be named catalog.schema.table.")
    return ".".join(identifier("table", part) for part in parts)


def _single(text: str) -> exp.Expr:
    try:
        found = [tree for tree in sqlglot.parse(text, read=_DIALECT) if tree is not None]
    except SqlglotError as error:
        raise ApiError(400, "PARSE_SYNTAX_ERROR", f"The statement cannot be parsed: {_plain(error)}") from error
    if len(found) != 1:
        raise bad_request(f"Give exactly one statement, not {len(found)}.")
    tree = found[0]
    # `table@v3` parses as a parameter in the place of an alias, and would read the newest version.
    if tree.find(exp.Parameter, exp.Placeholder):
        raise bad_request("'@', ':' and '?' are not allowed here: write values, and VERSION AS OF for a version.")
    if not isinstance(tree, exp.Query | exp.Values | exp.Insert | exp.Update | exp.Delete | exp.Merge | exp.Describe):
        raise bad_request(f"'{text.split(maxsplit=1)[0]}' statements are not allowed here; allowed: {_ALLOWED}.")
    if isinstance(tree, exp.Select) and tree.args.get("into"):
        raise bad_request(f"SELECT INTO is not allowed here; allowed: {_ALLOWED}.")
    if isinstance(tree, exp.Insert) and not isinstance(tree.this, exp.Table | exp.Schema):
        raise bad_request("INSERT must name a table: writing to a directory is not allowed.")
    return tree


def _refuse_functions(tree: exp.Expr) -> None:
    for function in tree.find_all(exp.Func):
        name = (function.name if isinstance(function, exp.Anonymous) else function.sql_name()).lower()
        if name in _REFUSED_FUNCTIONS:
            raise bad_request(f"Function {name} is not allowed here.")
    for table in tree.find_all(exp.Table):
        if isinstance(table.this, exp.Identifier | exp.Dot):
            continue
        name = table.this.name.lower() if isinstance(table.this, exp.Anonymous) else table.this.key.lower()
        if name not in _TABLE_FUNCTIONS:
            raise bad_request(
                f"Table function {name} is not allowed here; allowed: {', '.join(sorted(_TABLE_FUNCTIONS))}."
            )


def _tables(tree: exp.Expr) -> list[exp.Table]:
    """References to stored tables: neither common table expressions, nor functions, nor hints."""
    local = {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
    return [
        table
        for table in tree.find_all(exp.Table)
        if isinstance(table.this, exp.Identifier | exp.Dot)
        and table.find_ancestor(exp.Hint) is None
        and not (not table.db and table.name.lower() in local)
    ]


def _uses(tree: exp.Expr, catalog: str, schema: str) -> frozenset[tuple[str, Use]]:
    target = _target(tree)
    kind = Use.INSERT if isinstance(tree, exp.Insert) else Use.CHANGE
    other = Use.DESCRIBE if isinstance(tree, exp.Describe) and _style(tree) != "HISTORY" else Use.READ
    return frozenset((full_name(table, catalog, schema), kind if table is target else other) for table in _tables(tree))


def _target(tree: exp.Expr) -> exp.Table | None:
    if not isinstance(tree, exp.Insert | exp.Update | exp.Delete | exp.Merge):
        return None
    target = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
    if not isinstance(target, exp.Table):
        raise bad_request(f"{tree.key.upper()} must name one table as catalog.schema.table.")
    return target


def _style(tree: exp.Describe) -> str:
    return str(tree.args.get("style") or "").upper()


def _relocate(table: exp.Table, location: str) -> None:
    keeps_name = not isinstance(table.parent, exp.Insert | exp.Schema | exp.Describe)
    if keeps_name and not table.alias:
        table.set("alias", exp.TableAlias(this=exp.to_identifier(table.name, quoted=True)))
    table.set("catalog", None)
    table.set("db", exp.to_identifier("delta"))
    table.set("this", exp.to_identifier(location, quoted=True))


def _show_through(table: exp.Table, name: str, query: str) -> None:
    """Put `query` in the table's place, under its name. What else is said of the table would act on what is hidden."""
    more = [key for key, value in table.args.items() if value and key not in _NAME_ARGUMENTS]
    # Only DESCRIBE HISTORY reads rows, and so has the table shown.
    if isinstance(table.parent, exp.Describe):
        raise past.refused(name, past.HISTORY, dedicated=False)
    if {"version", "when"} & set(more):
        raise past.refused(name, past.VERSION, dedicated=False)
    if more:
        raise bad_request(f"Table '{name}' has columns or rows that are hidden from you, so without {', '.join(more)}.")
    alias = table.args.get("alias") or exp.TableAlias(this=exp.to_identifier(table.name, quoted=True))
    table.replace(exp.Subquery(this=sqlglot.parse_one(query, read=_DIALECT), alias=alias))


def _shorten_columns(tree: exp.Expr) -> None:
    """`prod.credit_gold.scores.x` becomes `scores.x`: the location now has the table's name as its alias."""
    for column in tree.find_all(exp.Column):
        if column.args.get("db"):
            column.set("catalog", None)
            column.set("db", None)


def _plain(error: SqlglotError) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", str(error)).splitlines()[0]
