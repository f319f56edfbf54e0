"""`<catalog>.information_schema` and `system.information_schema`: the caller's view of the catalog, as rows.

A table of it stands in a statement as a query over values. Source: Azure Databricks, "Information schema".
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import ApiError
from localcloud.kernel.identity import Caller
from localcloud.kernel.store import Document
from localcloud.services.unity import access, records
from localcloud.services.unity.privileges import Kind

SCHEMA = "information_schema"
_SYSTEM = "system"
Row = tuple[str | int | None, ...]
_AUDIT = {"comment": "STRING", "created": "TIMESTAMP", "created_by": "STRING"} | {
    "last_altered": "TIMESTAMP",
    "last_altered_by": "STRING",
}
_COLUMNS: dict[str, dict[str, str]] = {
    "catalogs": {"catalog_name": "STRING", "catalog_owner": "STRING"} | _AUDIT,
    "schemata": {"catalog_name": "STRING", "schema_name": "STRING", "schema_owner": "STRING"} | _AUDIT,
    "tables": {"table_catalog": "STRING", "table_schema": "STRING", "table_name": "STRING", "table_type": "STRING"}
    | {"table_owner": "STRING", "data_source_format": "STRING"}
    | _AUDIT,
    "columns": {"table_catalog": "STRING", "table_schema": "STRING", "table_name": "STRING", "column_name": "STRING"}
    | {"ordinal_position": "INT", "is_nullable": "STRING", "full_data_type": "STRING", "data_type": "STRING"}
    | {"comment": "STRING"},
    "volumes": {"volume_catalog": "STRING", "volume_schema": "STRING", "volume_name": "STRING"}
    | {"volume_type": "STRING", "volume_owner": "STRING"}
    | _AUDIT,
    "table_privileges": {"grantee": "STRING", "table_catalog": "STRING", "table_schema": "STRING"}
    | {"table_name": "STRING", "privilege_type": "STRING", "inherited_from": "STRING"},
}


def covers(full_name: str) -> bool:
    """Whether a three-level name is a table of an information schema."""
    return full_name.split(".")[1] == SCHEMA


def query(cloud: Cloud, caller: Caller, full_name: str) -> str:
    """The table as a SELECT. Raises `ApiError` 404 for an unsupported one, 403 without USE CATALOG."""
    catalog, _, table = full_name.split(".")
    if table not in _COLUMNS:
        offered = ", ".join(sorted(_COLUMNS))
        raise ApiError(404, "TABLE_DOES_NOT_EXIST", f"Table '{full_name}' is not kept locally; kept are {offered}.")
    if catalog != _SYSTEM:
        access.authorize(cloud, caller, Kind.CATALOG, catalog)
    return values(_COLUMNS[table], _ROWS[table](cloud, caller, None if catalog == _SYSTEM else catalog))


def values(kinds: Mapping[str, str], rows: Iterable[Row]) -> str:
    """Rows as a SELECT, with columns of these names and types. Times are epoch milliseconds."""
    shown = ", ".join(f"CAST({name} AS {kind}) AS {name}" for name, kind in kinds.items())
    listed = ", ".join(_tuple(row, kinds.values()) for row in rows)
    nothing = f"({', '.join('NULL' for _ in kinds)})"
    source = f"VALUES {listed or nothing} AS t({', '.join(kinds)})"
    return f"SELECT {shown} FROM {source}" + ("" if listed else " WHERE false")


def _catalogs(cloud: Cloud, caller: Caller, catalog: str | None) -> Iterator[Row]:
    for one in _seen(cloud, caller, Kind.CATALOG, catalog):
        yield (one["name"], one["owner"], *_audit(one))


def _schemata(cloud: Cloud, caller: Caller, catalog: str | None) -> Iterator[Row]:
    for one in _seen(cloud, caller, Kind.SCHEMA, catalog):
        yield (*one["full_name"].split("."), one["owner"], *_audit(one))


def _tables(cloud: Cloud, caller: Caller, catalog: str | None) -> Iterator[Row]:
    for one in _seen(cloud, caller, Kind.TABLE, catalog):
        kind = one.get("table_type", "MANAGED")
        yield (*one["full_name"].split("."), kind, one["owner"], one.get("data_source_format", "DELTA"), *_audit(one))


def _columns(cloud: Cloud, caller: Caller, catalog: str | None) -> Iterator[Row]:
    for table in _seen(cloud, caller, Kind.TABLE, catalog):
        for position, column in enumerate(table.get("columns") or []):
            kind = str(column.get("type_text", "")).lower()
            nullable = "NO" if column.get("nullable") is False else "YES"
            plain = kind.partition("<")[0].partition("(")[0].upper()
            place = (*table["full_name"].split("."), column["name"], position)
            yield (*place, nullable, kind, plain, column.get("comment"))


def _volumes(cloud: Cloud, caller: Caller, catalog: str | None) -> Iterator[Row]:
    for one in _seen(cloud, caller, Kind.VOLUME, catalog):
        yield (*one["full_name"].split("."), one.get("volume_type", "MANAGED"), one["owner"], *_audit(one))


def _table_privileges(cloud: Cloud, caller: Caller, catalog: str | None) -> Iterator[Row]:
    for table in _seen(cloud, caller, Kind.TABLE, catalog):
        for link in records.chain(cloud.store, Kind.TABLE, table["full_name"]):
            source = "NONE" if link.kind is Kind.TABLE else link.kind.upper()
            for who, held in sorted(link.grants.items()):
                for privilege in sorted(held):
                    yield (who, *table["full_name"].split("."), privilege.replace("_", " "), source)


_ROWS: dict[str, Callable[[Cloud, Caller, str | None], Iterator[Row]]] = {
    "catalogs": _catalogs,
    "schemata": _schemata,
    "tables": _tables,
    "columns": _columns,
    "volumes": _volumes,
    "table_privileges": _table_privileges,
}


def _seen(cloud: Cloud, caller: Caller, kind: Kind, catalog: str | None) -> list[Document]:
    """The documents of a kind that the caller may see, by name."""
    inside = [d for d in cloud.store.all(kind) if catalog in (None, d["full_name"].split(".")[0])]
    found = [d for d in inside if access.sees(cloud, caller, kind, d["full_name"])]
    return sorted(found, key=lambda document: str(document["full_name"]))


def _audit(document: Document) -> Row:
    return (
        document.get("comment"),
        document.get("created_at"),
        document.get("created_by"),
        document.get("updated_at"),
        document.get("updated_by"),
    )


def _tuple(row: Row, kinds: Iterable[str]) -> str:
    return f"({', '.join(_literal(value, kind) for value, kind in zip(row, kinds, strict=True))})"


def _literal(value: str | int | None, kind: str) -> str:
    if value is None:
        return "NULL"
    if kind == "TIMESTAMP":
        return f"timestamp_millis({int(value)})"
    return str(value) if isinstance(value, int) else _text(value)


def _text(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
