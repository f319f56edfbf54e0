"""Names in a parsed statement that are stored tables, and columns qualified by a table's full name. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

if TYPE_CHECKING:
    from localcloud.services.sql.reading import Reference

_OWNERS = (exp.Select, exp.Insert, exp.Update, exp.Delete, exp.Merge)


def stored_tables(tree: exp.Expr) -> list[exp.Table]:
    """References to stored tables: neither common table expressions in scope, nor functions, nor hints."""
    return [
        table
        for table in tree.find_all(exp.Table)
        if isinstance(table.this, exp.Identifier | exp.Dot)
        and table.find_ancestor(exp.Hint) is None
        and not (not table.db and _is_local(table))
    ]


def told_apart(named: list[tuple[exp.Table, Reference]]) -> list[tuple[exp.Table, Reference]]:
    """Gives each of two tables with the same name in a query, both without an alias, its own alias."""
    counts = Counter((id(_owner(table)), reference.alias.lower()) for table, reference in named)
    return [
        (table, reference)
        if counts[id(_owner(table)), reference.alias.lower()] == 1 or reference.alias_at is None
        else (table, replace(reference, alias=reference.name.replace(".", "__")))
        for table, reference in named
    ]


def qualified(
    column: exp.Column, parts: Sequence[str], named: Sequence[tuple[exp.Table, Reference]]
) -> tuple[Reference | None, int]:
    """The reference that the first parts of a column's name denote, and their number; (None, 0) if none.

    As Spark reads it: `catalog.schema.table.column`, then `schema.table.column`, each of a table in scope without an
    alias; any other name is a table's alias, a column, or a field of one.
    """
    lowered = [part.lower() for part in parts]
    star = isinstance(column.this, exp.Star)
    for length in (3, 2):
        if len(lowered) + star <= length:
            continue
        for table, reference in named:
            same = reference.name.lower().split(".")[-length:] == lowered[:length]
            if same and reference.alias_at is not None and _within(column, _owner(table)):
                return reference, length
    return None, 0


def _is_local(table: exp.Table) -> bool:
    """Whether a common table expression of this name is in scope: of an enclosing query, or earlier in its own WITH."""
    inner: exp.Expr = table
    outer = table.parent
    while outer is not None:
        clause = outer.args.get("with_") or outer.args.get("with")
        if isinstance(clause, exp.With) and table.name.lower() in _visible(clause, inner):
            return True
        if isinstance(outer, exp.With) and table.name.lower() in _visible(outer, inner):
            return True
        inner, outer = outer, outer.parent
    return False


def _visible(clause: exp.With, inner: exp.Expr) -> set[str]:
    """The names of a WITH visible to `inner`: to one of its parts earlier ones (if recursive its own), else all."""
    expressions = clause.expressions
    if inner is clause:
        return set()
    at = next((i for i, cte in enumerate(expressions) if cte is inner), None)
    if at is None:
        return {cte.alias.lower() for cte in expressions}
    seen = expressions[: at + 1] if clause.args.get("recursive") else expressions[:at]
    return {cte.alias.lower() for cte in seen}


def _owner(table: exp.Table) -> exp.Expr | None:
    return table.find_ancestor(*_OWNERS)


def _within(node: exp.Expr, owner: exp.Expr | None) -> bool:
    above: exp.Expr | None = node
    while above is not None:
        if above is owner:
            return True
        above = above.parent
    return False
