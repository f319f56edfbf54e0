"""The door's SQL: a preview of the rows that a write would change, and its INSERT or MERGE. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from ml.declarations import Table


@dataclass(frozen=True)
class Mode:
    """The effect of a write beyond inserting new keys."""

    update: bool = False
    delete_missing: bool = False
    delete_marked: bool = False


APPEND = Mode()
MERGE = Mode(update=True)
REPLACE = Mode(update=True, delete_missing=True)
# The source has a column `_gone`: rows where it is true are deleted.
REPLACE_PART = Mode(update=True, delete_marked=True)
_GONE = "_gone"


def part(table: Table, target: str, source: str, touched: str, by: Sequence[str]) -> str:
    """The rows of view `source`, plus, marked `_gone`, rows of `target` that match view `touched` but not `source`.

    `by`: the columns of `touched`, which are columns of the table.
    """
    names = ", ".join(f"`{column.name}`" for column in table.columns)
    agrees = " AND ".join(f"t.`{name}` <=> k.`{name}`" for name in by)
    return (
        f"SELECT {names}, false AS {_GONE} FROM {source}\n"
        f"UNION ALL SELECT {names}, true AS {_GONE} FROM {target} AS t\n"
        f"LEFT SEMI JOIN {touched} AS k ON {agrees}\n"
        f"LEFT ANTI JOIN {source} AS s ON {_same_key(table)}"
    )


def preview(table: Table, target: str, source: str, mode: Mode) -> str:
    """One row with the effect of writing view `source`: `repeated`, `inserted`, `updated`, `deleted` rows.

    Run first because a MERGE that may update or delete creates a new table version even if nothing differs.
    `repeated` counts source rows that share their key with another: the write would be ambiguous.
    """
    names = ", ".join(f"`{key}`" for key in table.keys)
    gone = f"coalesce(s.{_GONE}, false)" if mode.delete_marked else "false"
    changed = f"t.`{table.keys[0]}` IS NOT NULL AND NOT {gone} AND ({_differs(table)})" if mode.update else "false"
    join = "FULL OUTER" if mode.delete_missing else "LEFT"
    return (
        f"WITH s AS (SELECT *, count(*) OVER (PARTITION BY {names}) AS _same_key FROM {source})\n"
        "SELECT count_if(s._same_key > 1) AS repeated,\n"
        f"  count_if(t.`{table.keys[0]}` IS NULL) AS inserted,\n"
        f"  count_if(s._same_key IS NOT NULL AND {changed}) AS updated,\n"
        f"  count_if(s._same_key IS NULL OR {gone}) AS deleted\n"
        f"FROM s {join} JOIN {target} AS t ON {_same_key(table)}"
    )


def preview_of_first(table: Table, source: str) -> str:
    """As `preview`, for a table without rows, which need not be read."""
    names = ", ".join(f"`{key}`" for key in table.keys)
    return (
        f"SELECT count_if(_same_key > 1) AS repeated, count(*) AS inserted, 0 AS updated, 0 AS deleted\n"
        f"FROM (SELECT count(*) OVER (PARTITION BY {names}) AS _same_key FROM {source})"
    )


def first_insertion(table: Table, target: str, source: str) -> str:
    """The INSERT of all rows of view `source` into a table without rows."""
    names = ", ".join(f"`{column.name}`" for column in table.columns)
    return f"INSERT INTO {target} ({names})\nSELECT {names} FROM {source}"


def insertion(table: Table, target: str, source: str) -> str:
    """The INSERT of the rows of view `source` with keys that `target` lacks.

    If nothing else changes it is cheaper than MERGE, and tasks that append in parallel do not conflict.
    """
    names = ", ".join(f"`{column.name}`" for column in table.columns)
    return (
        f"INSERT INTO {target} ({names})\n"
        f"SELECT {names} FROM {source} AS s LEFT ANTI JOIN {target} AS t ON {_same_key(table)}"
    )


def statement(table: Table, target: str, source: str, mode: Mode) -> str:
    """The MERGE of view `source` into `target` by the table's keys.

    A row with a new key is inserted. Depending on `mode`, a differing row is overwritten (an equal one is left alone),
    and target rows that `source` lacks, or marks as gone, are deleted.
    """
    clauses = [f"MERGE INTO {target} AS t USING {source} AS s ON {_same_key(table)}"]
    if mode.delete_marked:
        clauses.append(f"WHEN MATCHED AND s.{_GONE} THEN DELETE")
    if mode.update and _values(table):
        assignments = ", ".join(f"t.`{name}` = s.`{name}`" for name in _values(table))
        clauses.append(f"WHEN MATCHED AND ({_differs(table)}) THEN UPDATE SET {assignments}")
    names = [f"`{column.name}`" for column in table.columns]
    values = ", ".join(f"s.{name}" for name in names)
    new = f"WHEN NOT MATCHED AND NOT s.{_GONE}" if mode.delete_marked else "WHEN NOT MATCHED"
    clauses.append(f"{new} THEN INSERT ({', '.join(names)}) VALUES ({values})")
    if mode.delete_missing:
        clauses.append("WHEN NOT MATCHED BY SOURCE THEN DELETE")
    return "\n".join(clauses)


def _values(table: Table) -> list[str]:
    return [column.name for column in table.columns if column.name not in table.keys]


def _differs(table: Table) -> str:
    return " OR ".join(f"NOT (t.`{name}` <=> s.`{name}`)" for name in _values(table)) or "false"


def _same_key(table: Table) -> str:
    return " AND ".join(f"t.`{key}` = s.`{key}`" for key in table.keys)
