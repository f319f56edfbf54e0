"""Contents of a catalog as queries of its information schema, with JDBC's columns. Pure."""

from collections.abc import Mapping
from typing import Any

Request = Mapping[int, Any]


def schemas(catalog: str, request: Request) -> str:
    """Schemas by a LIKE pattern."""
    return (
        f"SELECT schema_name AS TABLE_SCHEM, catalog_name AS TABLE_CATALOG FROM {_of(catalog)}.schemata"
        f"{_where({'schema_name': request.get(3)})} ORDER BY 1"
    )


def tables(catalog: str, request: Request) -> str:
    """Tables by LIKE patterns of schema and name."""
    return (
        "SELECT table_catalog AS TABLE_CAT, table_schema AS TABLE_SCHEM, table_name AS TABLE_NAME,"
        f" table_type AS TABLE_TYPE, comment AS REMARKS FROM {_of(catalog)}.tables"
        f"{_where({'table_schema': request.get(3), 'table_name': request.get(4)})} ORDER BY 1, 2, 3"
    )


def columns(catalog: str, request: Request) -> str:
    """Columns by LIKE patterns of schema, table and name."""
    wanted = {"table_schema": request.get(3), "table_name": request.get(4), "column_name": request.get(5)}
    return (
        "SELECT table_catalog AS TABLE_CAT, table_schema AS TABLE_SCHEM, table_name AS TABLE_NAME,"
        " column_name AS COLUMN_NAME, full_data_type AS TYPE_NAME, is_nullable AS IS_NULLABLE,"
        f" ordinal_position AS ORDINAL_POSITION FROM {_of(catalog)}.columns{_where(wanted)} ORDER BY 2, 3, 7"
    )


def _of(catalog: str) -> str:
    named = catalog.replace("\\", "").strip("`").replace("`", "``")
    return f"`{named}`.information_schema"


def _where(patterns: Mapping[str, Any]) -> str:
    given = {name: value.decode("utf-8", "replace") for name, value in patterns.items() if isinstance(value, bytes)}
    conditions = [f"{name} LIKE '{_quoted(value)}'" for name, value in given.items() if value not in ("", "%")]
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "\\'")
