"""SQL text of what the door runs: what a write would change, and the INSERT or MERGE that does it. Pure."""

from dataclasses import dataclass

from ml.declarations import Table


@dataclass(frozen=True)
class Mode:
    """What a write does beside inserting new keys."""

    update: bool = False
    delete_missing: bool = False


APPEND = Mode()
MERGE = Mode(update=True)
REPLACE = Mode(update=True, delete_missing=True)


def preview(table: Table, target: str, source: str, mode: Mode) -> str:
    """One row that says what writing view `source` would do: `repeated`, `inserted`, `updated`, `deleted` rows.

    Asked first because a MERGE that may update or delete makes a new table version even where nothing differs.
    `repeated` counts source rows that share their key with another: the write would be ambiguous.
    """
    names = ", ".join(f"`{key}`" for key in table.keys)
    changed = f"t.`{table.keys[0]}` IS NOT NULL AND ({_differs(table)})" if mode.update else "false"
    join = "FULL OUTER" if mode.delete_missing else "LEFT"
    return (
        f"WITH s AS (SELECT *, count(*) OVER (PARTITION BY {names}) AS _same_key FROM {source})\n"
        "SELECT count_if(s._same_key > 1) AS repeated,\n"
        f"  count_if(t.`{table.keys[0]}` IS NULL) AS inserted,\n"
        f"  count_if(s._same_key IS NOT NULL AND {changed}) AS updated,\n"
        f"  count_if(s._same_key IS NULL) AS deleted\n"
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
    left alone, and target rows whose key `source` lacks are deleted.
    """
    clauses = [f"MERGE INTO {target} AS t USING {source} AS s ON {_same_key(table)}"]
    if mode.update and _values(table):
        assignments = ", ".join(f"t.`{name}` = s.`{name}`" for name in _values(table))
        clauses.append(f"WHEN MATCHED AND ({_differs(table)}) THEN UPDATE SET {assignments}")
    names = [f"`{column.name}`" for column in table.columns]
    values = ", ".join(f"s.{name}" for name in names)
    clauses.append(f"WHEN NOT MATCHED THEN INSERT ({', '.join(names)}) VALUES ({values})")
    if mode.delete_missing:
        clauses.append("WHEN NOT MATCHED BY SOURCE THEN DELETE")
    return "\n".join(clauses)


def _values(table: Table) -> list[str]:
    return [column.name for column in table.columns if column.name not in table.keys]


def _differs(table: Table) -> str:
    return " OR ".join(f"NOT (t.`{name}` <=> s.`{name}`)" for name in _values(table)) or "false"


def _same_key(table: Table) -> str:
    return " AND ".join(f"t.`{key}` = s.`{key}`" for key in table.keys)
