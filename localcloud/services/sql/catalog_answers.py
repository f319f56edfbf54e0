"""Answers of SHOW and DESCRIBE: the catalog as the caller sees it, and Delta's details of visible tables."""

from collections.abc import Callable
from dataclasses import dataclass

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import bad_request
from localcloud.kernel.identity import Caller
from localcloud.kernel.names import identifier
from localcloud.services.sql import engine
from localcloud.services.sql.about import About
from localcloud.services.sql.requests import Request
from localcloud.services.sql.results import Result, of_rows
from localcloud.services.unity import access, hiding, past, records
from localcloud.services.unity.privileges import Kind, Privilege

_SECURABLES = {
    "": Kind.TABLE,
    "TABLE": Kind.TABLE,
    "VIEW": Kind.TABLE,
    "CATALOG": Kind.CATALOG,
    "SCHEMA": Kind.SCHEMA,
    "DATABASE": Kind.SCHEMA,
    "VOLUME": Kind.VOLUME,
    "FUNCTION": Kind.MODEL,
    "MODEL": Kind.MODEL,
}


@dataclass(frozen=True)
class _Ask:
    """One statement about the catalog, with its caller and context."""

    cloud: Cloud
    caller: Caller
    about: About
    request: Request
    tag: str

    def name(self, parts: tuple[str, ...], levels: int) -> str:
        """`parts`, completed with the request's catalog and schema. Raises `ApiError` 400 if levels are missing."""
        defaults = (self.request.catalog, self.request.schema)[: max(0, levels - len(parts))]
        found = [part for part in (*defaults, *parts) if part]
        if len(found) != levels:
            what = ".".join(("catalog", "schema", "table")[:levels])
            raise bad_request(f"'{'.'.join(parts)}' must be named {what}, or give catalog and schema beside it.")
        return ".".join(identifier("level", part) for part in found)

    def children(self, kind: Kind, parent: str) -> list[str]:
        """Names of `kind` below `parent` that the caller may see and that match LIKE."""
        found = records.children(self.cloud.store, kind, parent)
        return [d["name"] for d in found if self.about.like(d["name"]) and self.sees(kind, d["full_name"])]

    def sees(self, kind: Kind, name: str) -> bool:
        """Whether a listing shows it to the caller."""
        return access.sees(self.cloud, self.caller, kind, name)


def answer(cloud: Cloud, caller: Caller, asked: About, request: Request, tag: str) -> Result:
    """The rows for one statement. Raises `ApiError` 400 for a name with too few levels, 403, 404."""
    return _ANSWERS.get(asked.kind, _of_table)(_Ask(cloud, caller, asked, request, tag))


def _catalogs(ask: _Ask) -> Result:
    found = [c["name"] for c in ask.cloud.store.all(Kind.CATALOG) if ask.sees(Kind.CATALOG, c["name"])]
    return _names("catalog", [name for name in found if ask.about.like(name)])


def _schemas(ask: _Ask) -> Result:
    parent = ask.name(ask.about.parent, 1)
    access.authorize_metadata(ask.cloud, ask.caller, Kind.CATALOG, parent)
    return _names("databaseName", ask.children(Kind.SCHEMA, parent))


def _tables(ask: _Ask) -> Result:
    schema, names = _in_schema(ask, Kind.TABLE)
    columns = (("database", "string"), ("tableName", "string"), ("isTemporary", "boolean"))
    return of_rows(columns, [(schema, name, False) for name in names])


def _views(ask: _Ask) -> Result:
    """An empty list: there are no views, as CREATE VIEW is refused."""
    _in_schema(ask, Kind.TABLE)
    return of_rows((("namespace", "string"), ("viewName", "string"), ("isTemporary", "boolean")), [])


def _volumes(ask: _Ask) -> Result:
    schema, names = _in_schema(ask, Kind.VOLUME)
    return of_rows((("database", "string"), ("volume_name", "string")), [(schema, name) for name in names])


def _in_schema(ask: _Ask, kind: Kind) -> tuple[str, list[str]]:
    parent = ask.name(ask.about.parent, 2)
    access.authorize(ask.cloud, ask.caller, Kind.SCHEMA, parent)
    return parent.rpartition(".")[2], ask.children(kind, parent)


def _grants(ask: _Ask) -> Result:
    """Direct and inherited ones, each with the securable on which it was granted."""
    kind = _SECURABLES[ask.about.securable]
    name = ask.name(ask.about.name, len(records.ANCESTORS[kind]) + 1)
    access.authorize_metadata(ask.cloud, ask.caller, kind, name)
    rows = [
        (who, privilege.replace("_", " "), link.kind.upper(), link.full_name)
        for link in records.chain(ask.cloud.store, kind, name)
        for who, held in sorted(link.grants.items())
        for privilege in sorted(held)
        if ask.about.principal in ("", who)
    ]
    columns = (("Principal", "string"), ("ActionType", "string"), ("ObjectType", "string"), ("ObjectKey", "string"))
    return of_rows(columns, rows)


def _catalog_or_schema(ask: _Ask) -> Result:
    kind, what = (Kind.CATALOG, "Catalog") if ask.about.kind == "DESCRIBE CATALOG" else (Kind.SCHEMA, "Namespace")
    name = ask.name(ask.about.name, 1 if kind is Kind.CATALOG else 2)
    found = access.authorize_metadata(ask.cloud, ask.caller, kind, name)
    rows = [(f"{what} Name", found["name"]), ("Comment", found.get("comment") or ""), ("Owner", found["owner"])]
    if kind is Kind.SCHEMA:
        rows.insert(0, ("Catalog Name", name.partition(".")[0]))
    return of_rows((("info_name", "string"), ("info_value", "string")), rows)


def _of_table(ask: _Ask) -> Result:
    """Delta's details of the table's location; the history is data, the rest metadata."""
    name = ask.name((*ask.about.parent, *ask.about.name), 3)
    if ask.about.kind == "DESCRIBE HISTORY":
        access.authorize(ask.cloud, ask.caller, Kind.TABLE, name, Privilege.SELECT)
        if hiding.view(ask.cloud, ask.caller, records.require(ask.cloud.store, Kind.TABLE, name)):
            raise past.refused(name, past.HISTORY, dedicated=False)
    else:
        access.authorize_metadata(ask.cloud, ask.caller, Kind.TABLE, name)
    location = str(records.require(ask.cloud.store, Kind.TABLE, name)["storage_location"])
    with engine.names_in_errors({name: location}):
        statement = _statement(ask.about, f"delta.`{location}`")
        result = engine.run(ask.cloud, statement, ask.tag, ask.request.limits)
    return _with_value(result, "name", name) if ask.about.kind == "DESCRIBE DETAIL" else result


def _statement(about: About, source: str) -> str:
    match about.kind:
        case "DESCRIBE HISTORY":
            return f"DESCRIBE HISTORY {source}" + ("" if about.limit is None else f" LIMIT {about.limit}")
        case "DESCRIBE DETAIL" | "SHOW TBLPROPERTIES":
            return f"{about.kind} {source}"
        case "SHOW COLUMNS":
            return f"SHOW COLUMNS IN {source}"
        case _:
            column = f" `{about.column.replace('`', '``')}`" if about.column else ""
            return f"DESCRIBE TABLE{' EXTENDED' if about.extended else ''} {source}{column}"


def _with_value(result: Result, column: str, value: str) -> Result:
    """`result` with `value` in the `column` of each row: a path has no name."""
    assert result.table is not None
    at = [name for name, _ in result.columns].index(column)
    named = result.table.set_column(at, result.table.schema.field(at), [[value] * result.row_count])
    return Result(columns=result.columns, table=named, truncated=result.truncated)


def _names(column: str, names: list[str]) -> Result:
    return of_rows(((column, "string"),), [(name,) for name in sorted(names)])


_ANSWERS: dict[str, Callable[[_Ask], Result]] = {
    "SHOW CATALOGS": _catalogs,
    "SHOW SCHEMAS": _schemas,
    "SHOW TABLES": _tables,
    "SHOW VIEWS": _views,
    "SHOW VOLUMES": _volumes,
    "SHOW GRANTS": _grants,
    "DESCRIBE CATALOG": _catalog_or_schema,
    "DESCRIBE SCHEMA": _catalog_or_schema,
}
