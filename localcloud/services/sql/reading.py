"""Parsing of one SQL statement: which tables it names, and where in its text. Pure.

The statement is parsed for that only. What runs is its own text (`splice`), and Spark says whether it reads the same
(`agreement`).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from localcloud.kernel.errors import ApiError, bad_request
from localcloud.kernel.names import identifier
from localcloud.services.sql import refusals, scopes, spelling
from localcloud.services.sql.refusals import ALLOWED
from localcloud.services.sql.spelling import DIALECT, NAME, Word

# Table functions that read nothing but their arguments.
TABLE_FUNCTIONS = frozenset(
    {"range", "explode", "explode_outer", "posexplode", "posexplode_outer", "inline", "inline_outer", "stack"}
    | {"json_tuple", "variant_explode", "variant_explode_outer", "collations", "sql_keywords"}
)
# Functions that run code, or read files, tables or the network by a name in a string.
REFUSED_FUNCTIONS = frozenset(
    {"java_method", "reflect", "try_reflect", "identifier", "read_files", "cloud_files", "read_kafka"}
    | {"table_changes", "read_statestore", "read_state_metadata", "http_request", "remote_query", "ai_query"}
    | {"python_worker_logs", "secret", "try_secret"}
)
_EXPLAIN = re.compile(r"\s*EXPLAIN(?:\s+(?:EXTENDED|FORMATTED|COST|CODEGEN))?\s+(?=\S)", re.I)

# It takes all rows, which is what Delta's DELETE without a condition does.
_TRUNCATE = re.compile(rf"\A(\s*)TRUNCATE\s+TABLE(?=\s+{NAME}\s*;?\s*\Z)", re.I)


class Use(StrEnum):
    """How a statement uses a table."""

    READ = "read"
    INSERT = "insert"
    CHANGE = "change"
    DESCRIBE = "describe"


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A reference to a stored table: its text from `first` to before `past`.

    `alias_at`: where its alias goes; None if it has one, or takes none. `dated`: it is read as of a version or a time.
    `before`: what is written before it: `TABLE t` takes no alias, `SELECT * FROM t` does.
    """

    name: str
    use: Use
    first: int
    past: int
    alias_at: int | None
    alias: str
    dated: bool
    before: str = ""


@dataclass(frozen=True)
class Qualifier:
    """A column's table, written with its schema: the text from `first` to before `past`, for which `alias` stands."""

    first: int
    past: int
    alias: str


@dataclass(frozen=True)
class Statement:
    """One statement: its text, what of it follows EXPLAIN, the tables it names and the columns qualified by them."""

    text: str
    body_first: int
    references: tuple[Reference, ...]
    qualifiers: tuple[Qualifier, ...]

    @property
    def tables(self) -> frozenset[tuple[str, Use]]:
        """Each table with its uses."""
        return frozenset((reference.name, reference.use) for reference in self.references)


def parse(text: str, catalog: str = "", schema: str = "") -> Statement:
    """Parse and check one statement; names with fewer than three levels are in `catalog` and `schema`.

    Raises `ApiError` 400 for several statements, a kind that is not allowed, a path or another source in
    place of a table, and functions that reach outside the statement's own tables.
    """
    text = _TRUNCATE.sub(r"\1DELETE FROM", text)
    explain = _EXPLAIN.match(text)
    body_first = explain.end() if explain else 0
    body = " " * body_first + text[body_first:]
    found = spelling.words(body)
    tree = _single(body, found)
    _refuse_functions(tree)
    target = _target(tree)
    stored = [table for table in scopes.stored_tables(tree) if table is not target]
    uses = [(table, Use.READ) for table in stored]
    if target is not None:
        uses.append((target, Use.INSERT if isinstance(tree, exp.Insert) else Use.CHANGE))
    named = [(table, _reference(table, use, found, catalog, schema)) for table, use in uses]
    if _qualifiers(tree, named):
        named = scopes.told_apart(named)
    return Statement(text, body_first, tuple(reference for _, reference in named), tuple(_qualifiers(tree, named)))


def full_name(table: exp.Table, catalog: str, schema: str) -> str:
    """`catalog.schema.table` of a table reference. Raises `ApiError` 400 for a path or any other form."""
    if not isinstance(table.this, exp.Identifier):
        raise bad_request(f"'{table.sql(dialect=DIALECT)}' is not a table: name catalog.schema.table.")
    parts = [part for part in (table.catalog or catalog, table.db or schema, table.name) if part]
    if len(parts) != 3:
        spelled = table.sql(dialect=DIALECT)
        raise bad_request(
            f"'{spelled}' must be named catalog.schema.table, or give the request its catalog and schema."
        )
    return ".".join(identifier("table", part) for part in parts)


def _single(text: str, found: Sequence[Word]) -> exp.Expr:
    first = found[0].text if found else ""
    if refused := refusals.message(found):
        raise bad_request(refused)
    try:
        trees = [tree for tree in sqlglot.parse(spelling.readable(text, found), read=DIALECT) if tree is not None]
    except SqlglotError as error:
        raise ApiError(400, "PARSE_SYNTAX_ERROR", f"The statement cannot be parsed: {_plain(error)}") from error
    if len(trees) != 1:
        raise bad_request(f"Give exactly one statement, not {len(trees)}.")
    tree = trees[0]
    if any(marker.this is None for marker in tree.find_all(exp.Placeholder)):
        raise bad_request("'?' is not allowed here: write :name and give parameters.")
    # `table@v3` parses as a parameter in the place of an alias, and would read the newest version.
    if tree.find(exp.Parameter):
        raise bad_request("'@' is not allowed here: write VERSION AS OF for a version.")
    if not isinstance(tree, exp.Query | exp.Values | exp.Insert | exp.Update | exp.Delete | exp.Merge):
        raise bad_request(f"'{first.lower()}' statements are not allowed here; allowed: {ALLOWED}.")
    if isinstance(tree, exp.Select) and tree.args.get("into"):
        raise bad_request(f"SELECT INTO is not allowed here; allowed: {ALLOWED}.")
    if isinstance(tree, exp.Insert) and not isinstance(tree.this, exp.Table | exp.Schema):
        raise bad_request("INSERT must name a table: writing to a directory is not allowed.")
    if tree.find(exp.QueryTransform):
        raise bad_request("TRANSFORM … USING runs a program and is not allowed here.")
    return tree


def _refuse_functions(tree: exp.Expr) -> None:
    for function in tree.find_all(exp.Func):
        name = (function.name if isinstance(function, exp.Anonymous) else function.sql_name()).lower()
        if name in REFUSED_FUNCTIONS:
            raise bad_request(f"Function {name} is not allowed here.")
    for table in tree.find_all(exp.Table):
        if isinstance(table.this, exp.Identifier | exp.Dot):
            continue
        name = table.this.name.lower() if isinstance(table.this, exp.Anonymous) else table.this.key.lower()
        if name not in TABLE_FUNCTIONS:
            raise bad_request(
                f"Table function {name} is not allowed here; allowed: {', '.join(sorted(TABLE_FUNCTIONS))}."
            )


def _target(tree: exp.Expr) -> exp.Table | None:
    if not isinstance(tree, exp.Insert | exp.Update | exp.Delete | exp.Merge):
        return None
    target = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
    if not isinstance(target, exp.Table):
        raise bad_request(f"{tree.key.upper()} must name one table as catalog.schema.table.")
    return target


def _reference(table: exp.Table, use: Use, found: Sequence[Word], catalog: str, schema: str) -> Reference:
    name = full_name(table, catalog, schema)
    first, past = _span(table.parts)
    takes_one = use is not Use.INSERT and not table.alias
    word = next((word for word in reversed(found) if word.past <= first), None)
    is_query = use is Use.READ and word is not None and word.text == "TABLE"
    return Reference(
        name=name,
        use=use,
        first=word.first if word is not None and is_query else first,
        past=past,
        before="SELECT * FROM " if is_query else "",
        alias_at=spelling.alias_place(found, past) if takes_one else None,
        alias=table.alias or table.name,
        dated=bool(table.args.get("version") or table.args.get("when")),
    )


def _qualifiers(tree: exp.Expr, named: Sequence[tuple[exp.Table, Reference]]) -> list[Qualifier]:
    """Columns written as `schema.table.column` or longer: a location has only one name, its alias."""
    found = []
    for column in tree.find_all(exp.Column):
        parts = [part for part in column.parts if isinstance(part, exp.Identifier)]
        reference, length = scopes.qualified(column, [part.name for part in parts], named)
        if reference is not None:
            first, past = _span(parts[:length])
            found.append(Qualifier(first, past, reference.alias))
    return found


def _span(parts: Sequence[exp.Expr]) -> tuple[int, int]:
    if any("start" not in part.meta for part in parts):
        raise bad_request(f"The place of '{'.'.join(part.name for part in parts)}' in the statement is not known.")
    return min(part.meta["start"] for part in parts), max(part.meta["end"] for part in parts) + 1


def _plain(error: SqlglotError) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", str(error)).splitlines()[0]
