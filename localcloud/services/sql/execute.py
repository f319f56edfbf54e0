"""One statement as a caller: check its tables, then run it or answer it from the catalog."""

from collections.abc import Callable, Mapping

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import denied
from localcloud.kernel.identity import Caller
from localcloud.kernel.store import Document
from localcloud.services.sql import about, agreement, catalog_answers, engine, reading, splice
from localcloud.services.sql.engine import Result
from localcloud.services.sql.reading import Statement, Use
from localcloud.services.unity import access, hiding, records
from localcloud.services.unity.privileges import Kind, Privilege

_NEEDED = {
    Use.READ: (Privilege.SELECT,),
    Use.INSERT: (Privilege.MODIFY,),
    Use.CHANGE: (Privilege.SELECT, Privilege.MODIFY),
}


def execute(cloud: Cloud, caller: Caller, text: str, *, tag: str, catalog: str = "", schema: str = "") -> Result:
    """Run one statement. Raises `ApiError`: 400 for what is not allowed or fails, 403, 404."""
    asked = about.read(text)
    if asked is not None:
        return catalog_answers.answer(cloud, caller, asked, tag=tag, catalog=catalog, schema=schema)
    statement = reading.parse(text, catalog, schema)
    for name, use in sorted(statement.tables):
        access.authorize(cloud, caller, Kind.TABLE, name, *_NEEDED[use])
    tables = {name: records.require(cloud.store, Kind.TABLE, name) for name, _ in statement.tables}
    locations = {name: str(table["storage_location"]) for name, table in tables.items()}
    sql = splice.over(statement, locations.__getitem__, _views(cloud, caller, statement, tables))
    with engine.names_in_errors(locations):
        plan = engine.plan(cloud, sql[statement.body_first :])
        agreement.require(plan, locations.values(), _target(statement, locations))
        return engine.run(cloud, sql, tag)


def _target(statement: Statement, locations: Mapping[str, str]) -> str | None:
    return next((locations[name] for name, use in statement.tables if use is not Use.READ), None)


def _views(
    cloud: Cloud, caller: Caller, statement: Statement, tables: Mapping[str, Document]
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
