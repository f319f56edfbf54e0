"""Runs one statement as a caller: check its tables, then run it or answer it from the catalog."""

from collections.abc import Callable, Mapping, Sequence

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import denied
from localcloud.kernel.identity import Caller
from localcloud.kernel.store import Document
from localcloud.services.sql import (
    about,
    agreement,
    catalog_answers,
    engine,
    information_schema,
    reading,
    results,
    splice,
    system_tables,
)
from localcloud.services.sql.reading import Statement, Use
from localcloud.services.sql.requests import Request
from localcloud.services.sql.results import Result
from localcloud.services.unity import access, hiding, records
from localcloud.services.unity.privileges import Kind, Privilege

_NEEDED = {
    Use.READ: (Privilege.SELECT,),
    Use.INSERT: (Privilege.MODIFY,),
    Use.CHANGE: (Privilege.SELECT, Privilege.MODIFY),
}


def execute(cloud: Cloud, caller: Caller, request: Request, tag: str) -> Result:
    """Run one statement. Raises `ApiError`: 400 if it is not allowed or fails, 403, 404."""
    asked = about.read(request.statement)
    if asked is not None:
        return catalog_answers.answer(cloud, caller, asked, request, tag)
    statement = reading.parse(request.statement, request.catalog, request.schema)
    described = _described(cloud, caller, statement)
    stored = sorted((name, use) for name, use in statement.tables if name not in described)
    for name, use in stored:
        access.authorize(cloud, caller, Kind.TABLE, name, *_NEEDED[use])
    tables = {name: records.require(cloud.store, Kind.TABLE, name) for name, _ in stored}
    locations = {name: str(table["storage_location"]) for name, table in tables.items()}
    views = _views(cloud, caller, stored, tables) | described
    sql = splice.over(statement, lambda name: locations.get(name, ""), views)
    with engine.names_in_errors(locations):
        parameters = engine.typed(cloud, request.parameters)
        plan = engine.plan(cloud, sql[statement.body_first :], parameters)
        agreement.require(plan, locations.values(), _target(statement, locations))
        result = engine.run(cloud, sql, tag, request.limits, parameters)
    return _without_paths(result, locations) if statement.body_first else result


def _target(statement: Statement, locations: Mapping[str, str]) -> str | None:
    return next((locations[name] for name, use in statement.tables if use is not Use.READ), None)


def _without_paths(explained: Result, locations: Mapping[str, str]) -> Result:
    """A plan with the tables' names instead of their locations."""
    lines = explained.rows(0)
    return results.of_rows(
        explained.columns, [[engine.named(text or "", locations) for text in line] for line in lines]
    )


def _described(cloud: Cloud, caller: Caller, statement: Statement) -> dict[str, Callable[[str], str]]:
    """The tables of information and system schemas that a statement reads. Raises `ApiError` 403 for a change."""
    found: dict[str, Callable[[str], str]] = {}
    for name, use in statement.tables:
        kept = next((each for each in (information_schema, system_tables) if each.covers(name)), None)
        if kept is not None:
            if use is not Use.READ:
                raise denied(f"Table '{name}' says what the catalog holds: it is read only.")
            query = kept.query(cloud, caller, name)
            found[name] = lambda _, query=query: query  # type: ignore[misc]
    return found


def _views(
    cloud: Cloud, caller: Caller, stored: Sequence[tuple[str, Use]], tables: Mapping[str, Document]
) -> dict[str, Callable[[str], str]]:
    """The caller's views of tables with masks or filters. Raises `ApiError` 403 if one is to be changed."""
    found: dict[str, Callable[[str], str]] = {}
    for name, use in stored:
        seen = hiding.view(cloud, caller, tables[name]) if use in (Use.READ, Use.CHANGE) else None
        if seen and use is Use.CHANGE:
            # Which rows a condition meets, and so what it hides, would show in how many are changed.
            raise denied(f"Table '{name}' has columns or rows that are hidden from you: read it only.")
        if seen:
            found[name] = seen.query
    return found
