"""SQL text of the MERGE statements that the door runs. Pure."""

from ml.declarations import Table


def statement(table: Table, target: str, source: str, *, update: bool, delete_missing: bool) -> str:
    """A MERGE of view `source` into `target` by the table's keys.

    A row whose key is new is inserted. With `update`, a row that differs anywhere is overwritten and an equal
    one left alone. With `delete_missing`, target rows whose key `source` lacks are deleted.
    """
    names = [column.name for column in table.columns]
    values = [name for name in names if name not in table.keys]
    clauses = [f"MERGE INTO {target} AS t USING {source} AS s ON {_equal(table.keys)}"]
    if update and values:
        changed = " OR ".join(f"NOT (t.`{name}` <=> s.`{name}`)" for name in values)
        assignments = ", ".join(f"t.`{name}` = s.`{name}`" for name in values)
        clauses.append(f"WHEN MATCHED AND ({changed}) THEN UPDATE SET {assignments}")
    columns = ", ".join(f"`{name}`" for name in names)
    clauses.append(f"WHEN NOT MATCHED THEN INSERT ({columns}) VALUES ({', '.join(f's.`{name}`' for name in names)})")
    if delete_missing:
        clauses.append("WHEN NOT MATCHED BY SOURCE THEN DELETE")
    return "\n".join(clauses)


def _equal(keys: tuple[str, ...]) -> str:
    return " AND ".join(f"t.`{key}` = s.`{key}`" for key in keys)
