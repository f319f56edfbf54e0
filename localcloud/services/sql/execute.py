"""One statement as a caller: check its tables, then run it or answer it from the catalog."""

from collections.abc import Callable, Mapping

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import bad_request, denied
from localcloud.kernel.identity import Caller
from localcloud.kernel.names import identifier
from localcloud.kernel.store import Document
from localcloud.services.sql import engine, rewrite
from localcloud.services.sql.engine import Result
from localcloud.services.sql.rewrite import Show, Use
from localcloud.services.unity import access, hiding, records
from localcloud.services.unity.privileges import Kind, Privilege

_NEEDED = {
    Use.READ: (Privilege.SELECT,),
    Use.INSERT: (Privilege.MODIFY,),
    Use.CHANGE: (Privilege.SELECT, Privilege.MODIFY),
}


def execute(cloud: Cloud, caller: Caller, text: str, *, tag: str, catalog: str = "", schema: str = "") -> Result:
    """Run one statement. Raises `ApiError`: 400 for what is not allowed or fails, 403, 404."""
    show = rewrite.show(text)
    if show is not None:
        return _show(cloud, caller, show, catalog, schema)
    statement = rewrite.parse(text, catalog, schema)
    for name, use in sorted(statement.tables):
        if use is Use.DESCRIBE:
            access.authorize_metadata(cloud, caller, Kind.TABLE, name)
        else:
            access.authorize(cloud, caller, Kind.TABLE, name, *_NEEDED[use])
    tables = {name: records.require(cloud.store, Kind.TABLE, name) for name, _ in statement.tables}
    sql = statement.over(lambda name: str(tables[name]["storage_location"]), _views(cloud, caller, statement, tables))
    return engine.run(cloud, sql, tag)


def _views(
    cloud: Cloud, caller: Caller, statement: rewrite.Statement, tables: Mapping[str, Document]
) -> dict[str, Callable[[str], str]]:
    """How the caller sees the tables of which something is hidden. Raises `ApiError` 403 where one is to be changed."""
    found: dict[str, Callable[[str], str]] = {}
    for name, use in statement.tables:
        seen = hiding.view(cloud, caller, tables[name]) if use in (Use.READ, Use.CHANGE) else None
        if seen and use is Use.CHANGE:
            # Which rows a condition meets, and so what it hides, would show in how many are changed.
            raise denied(f"Table '{name}' has columns or rows that are hidden from you: read it only.")
        if seen:
            found[name] = seen.query
    return found


def _show(cloud: Cloud, caller: Caller, show: Show, catalog: str, schema: str) -> Result:
    match show.what:
        case "CATALOGS":
            found = [c["name"] for c in cloud.store.all(Kind.CATALOG) if _sees(cloud, caller, Kind.CATALOG, c["name"])]
            return _names("catalog", found)
        case "SCHEMAS":
            parent = identifier("catalog", show.parent or catalog)
            access.authorize_metadata(cloud, caller, Kind.CATALOG, parent)
            return _names("databaseName", _children(cloud, caller, Kind.SCHEMA, parent))
        case _:
            parent = _schema_name(show.parent, catalog, schema)
            access.authorize(cloud, caller, Kind.SCHEMA, parent)
            tables = _children(cloud, caller, Kind.TABLE, parent)
            rows = [(parent.rpartition(".")[2], name, "false") for name in tables]
            columns = (("database", "string"), ("tableName", "string"), ("isTemporary", "boolean"))
            return Result(columns=columns, rows=rows)


def _schema_name(parent: str, catalog: str, schema: str) -> str:
    full = parent if "." in parent else f"{catalog}.{parent or schema}"
    if full.startswith(".") or full.endswith("."):
        raise bad_request("SHOW TABLES needs a schema: SHOW TABLES IN catalog.schema.")
    return records.canonical(Kind.SCHEMA, full)


def _children(cloud: Cloud, caller: Caller, kind: Kind, parent: str) -> list[str]:
    found = records.children(cloud.store, kind, parent)
    return [d["name"] for d in found if _sees(cloud, caller, kind, d["full_name"])]


def _sees(cloud: Cloud, caller: Caller, kind: Kind, name: str) -> bool:
    return access.sees(cloud, caller, kind, name)


def _names(column: str, names: list[str]) -> Result:
    return Result(columns=((column, "string"),), rows=[(name,) for name in sorted(names)])
