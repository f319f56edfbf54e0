"""SQL text of what the door runs: what a write would change, and the INSERT or MERGE that does it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from ml.declarations import Table


@dataclass(frozen=True)
class Mode:
    """What a write does beside inserting new keys."""

    update: bool = False
    delete_missing: bool = False
    delete_marked: bool = False


APPEND = Mode()
MERGE = Mode(update=True)
REPLACE = Mode(update=True, delete_missing=True)
# The source has a column `_gone`: rows that have it true are to be deleted.
REPLACE_PART = Mode(update=True, delete_marked=True)
_GONE = "_gone"


def part(table: Table, target: str, source: str, touched: str, by: Sequence[str]) -> str:
    """The rows of view `source`, and with `_gone` those of `target` that agree with view `touched` and that it lacks.

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
    """One row that says what writing view `source` would do: `repeated`, `inserted`, `updated`, `deleted` rows.

    Asked first because a MERGE that may update or delete makes a new table version even where nothing differs.
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


def insertion(table: Table, target: str, source: str) -> str:
    """The INSERT of the rows of view `source` whose key `target` lacks.

    Where nothing else changes it is cheaper than MERGE, and tasks that append side by side do not conflict.
    """
    names = ", ".join(f"`{column.name}`" for column in table.columns)
    return (
        f"INSERT INTO {target} ({names})\n"
        f"SELECT {names} FROM {source} AS s LEFT ANTI JOIN {target} AS t ON {_same_key(table)}"
    )


def statement(table: Table, target: str, source: str, mode: Mode) -> str:
    """The MERGE of view `source` into `target` by the table's keys.

    A row whose key is new is inserted; by `mode`, a row that differs anywhere is overwritten and an equal one
    left alone, and target rows whose key `source` lacks, or marks as gone, are deleted.
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
