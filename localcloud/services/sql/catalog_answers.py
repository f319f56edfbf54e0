"""What SHOW and DESCRIBE answer: the catalog as the caller sees it, or what Delta says of a table that they may see."""

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import bad_request
from localcloud.kernel.identity import Caller
from localcloud.kernel.names import identifier
from localcloud.services.sql import engine
from localcloud.services.sql.about import About
from localcloud.services.sql.engine import Result
from localcloud.services.unity import access, hiding, past, records
from localcloud.services.unity.privileges import Kind, Privilege


def answer(cloud: Cloud, caller: Caller, asked: About, *, tag: str, catalog: str, schema: str) -> Result:
    """The rows for one statement. Raises `ApiError` 400 for a name with too few levels, 403, 404."""
    match asked.kind:
        case "SHOW CATALOGS":
            found = [c["name"] for c in cloud.store.all(Kind.CATALOG) if _sees(cloud, caller, Kind.CATALOG, c["name"])]
            return _names("catalog", [name for name in found if asked.like(name)])
        case "SHOW SCHEMAS":
            parent = identifier("catalog", ".".join(asked.parent) or catalog)
            access.authorize_metadata(cloud, caller, Kind.CATALOG, parent)
            return _names("databaseName", _children(cloud, caller, Kind.SCHEMA, parent, asked))
        case "SHOW TABLES":
            parent = full_name(asked.parent, 2, catalog, schema)
            access.authorize(cloud, caller, Kind.SCHEMA, parent)
            tables = _children(cloud, caller, Kind.TABLE, parent, asked)
            rows = [(parent.rpartition(".")[2], name, "false") for name in tables]
            return Result(
                columns=(("database", "string"), ("tableName", "string"), ("isTemporary", "boolean")), rows=rows
            )
        case _:
            return _described(cloud, caller, asked, full_name(asked.name, 3, catalog, schema), tag)


def full_name(parts: tuple[str, ...], levels: int, catalog: str, schema: str) -> str:
    """`parts` completed from the request's catalog and schema. Raises `ApiError` 400 if levels are still missing."""
    defaults = (catalog, schema)[: max(0, levels - len(parts))] if parts or levels == 2 else ()
    found = [part for part in (*defaults, *parts) if part]
    if len(found) != levels:
        what = ".".join(("catalog", "schema", "table")[:levels])
        raise bad_request(f"'{'.'.join(parts)}' must be named {what}, or give catalog and schema beside it.")
    return ".".join(identifier("level", part) for part in found)


def _described(cloud: Cloud, caller: Caller, asked: About, name: str, tag: str) -> Result:
    if asked.kind == "DESCRIBE HISTORY":
        access.authorize(cloud, caller, Kind.TABLE, name, Privilege.SELECT)
        if hiding.view(cloud, caller, records.require(cloud.store, Kind.TABLE, name)):
            raise past.refused(name, past.HISTORY, dedicated=False)
    else:
        access.authorize_metadata(cloud, caller, Kind.TABLE, name)
    location = str(records.require(cloud.store, Kind.TABLE, name)["storage_location"])
    source = f"delta.`{location}`"
    with engine.names_in_errors({name: location}):
        match asked.kind:
            case "DESCRIBE HISTORY":
                limit = "" if asked.limit is None else f" LIMIT {asked.limit}"
                return engine.run(cloud, f"DESCRIBE HISTORY {source}{limit}", tag)
            case "DESCRIBE DETAIL":
                return _renamed(engine.run(cloud, f"DESCRIBE DETAIL {source}", tag), "name", name)
            case _:
                column = f" `{asked.column.replace('`', '``')}`" if asked.column else ""
                extended = " EXTENDED" if asked.extended else ""
                return engine.run(cloud, f"DESCRIBE TABLE{extended} {source}{column}", tag)


def _renamed(result: Result, column: str, value: str) -> Result:
    """`result` with `value` in every row's `column`: a path has no name of its own."""
    at = [name for name, _ in result.columns].index(column)
    rows = [(*row[:at], value, *row[at + 1 :]) for row in result.rows]
    return Result(columns=result.columns, rows=rows, truncated=result.truncated)


def _children(cloud: Cloud, caller: Caller, kind: Kind, parent: str, asked: About) -> list[str]:
    found = records.children(cloud.store, kind, parent)
    return [d["name"] for d in found if asked.like(d["name"]) and _sees(cloud, caller, kind, d["full_name"])]


def _sees(cloud: Cloud, caller: Caller, kind: Kind, name: str) -> bool:
    return access.sees(cloud, caller, kind, name)


def _names(column: str, names: list[str]) -> Result:
    return Result(columns=((column, "string"),), rows=[(name,) for name in sorted(names)])
