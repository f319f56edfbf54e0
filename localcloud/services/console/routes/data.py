"""Catalogs and their contents: columns, grants, lineage."""

from pathlib import Path
from typing import Literal

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import ApiError
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document, Store
from localcloud.services.console import delta, lineage, pages, rights
from localcloud.services.console.lineage import Link
from localcloud.services.console.paging import PageNumber, cut
from localcloud.services.console.visits import PageRoute, VisitDep
from localcloud.services.unity import records
from localcloud.services.unity.hiding import TAG
from localcloud.services.unity.privileges import Kind

PARITY = Parity(Level.LOCAL, "docs/localcloud.md")

router = APIRouter(prefix="/console", route_class=PageRoute)
# What a page of its own shows; models have another one.
Shown = Literal["catalog", "schema", "table", "volume"]


@router.get("/catalogs")
def list_catalogs(looks: VisitDep, page: PageNumber = 1, find: str = "") -> HTMLResponse:
    """Every catalog, or with a search text every object whose name contains it."""
    store, wanted = looks.cloud.store, find.strip().lower()
    found = _named_like(store, wanted) if wanted else sorted(store.all(Kind.CATALOG), key=_full_name)
    shown, pager = cut(found, page, (("find", find),) if wanted else ())
    return pages.page(looks, "catalogs", listed=shown, pager=pager, called=rights.names(store), find=find.strip())


def _named_like(store: Store, wanted: str) -> list[Document]:
    """The objects with `wanted` in their own or their parents' names, by name, each with its page."""
    return [
        {**one, "kind": str(kind), "path": _path(kind, one["full_name"])}
        for kind in (Kind.CATALOG, Kind.SCHEMA, Kind.TABLE, Kind.VOLUME, Kind.MODEL)
        for one in sorted(store.all(kind), key=_full_name)
        if wanted in _full_name(one).lower()
    ]


def _full_name(document: Document) -> str:
    return str(document["full_name"])


@router.get("/data/{kind}/{full_name}")
def show(kind: Shown, full_name: str, looks: VisitDep, page: PageNumber = 1) -> HTMLResponse:
    """One catalog, schema, table or volume: its contents, grants and lineage."""
    cloud, store, of_kind = looks.cloud, looks.cloud.store, Kind(kind)
    document = records.require(store, of_kind, full_name)
    below, pager = cut(_below(store, of_kind, full_name), page)
    is_table = of_kind is Kind.TABLE
    links, missing = _lineage(cloud, full_name) if is_table else ([], "")
    return pages.page(
        looks,
        "data",
        kind=kind,
        it=document,
        above=_above(of_kind, full_name),
        owner=rights.names(store).get(document["owner"], document["owner"]),
        below=below,
        pager=pager,
        columns=_columns(store, document) if is_table else [],
        changes=delta.history(Path(document["storage_location"])) if is_table else [],
        links=links,
        missing=missing,
        bound=_bound(cloud, document) if of_kind is Kind.CATALOG else [],
        held=rights.grants(store, of_kind, full_name),
    )


def _above(kind: Kind, full_name: str) -> list[tuple[str, str]]:
    """Kind and full name of each of its parents, outermost first."""
    parts = full_name.split(".")
    return [(str(outer), ".".join(parts[: depth + 1])) for depth, outer in enumerate(records.ANCESTORS[kind])]


def _below(store: Store, kind: Kind, full_name: str) -> list[Document]:
    """Its direct children by kind and name, each with its page."""
    return [
        {**one, "kind": str(child), "path": _path(child, one["full_name"])}
        for child in records.CHILDREN.get(kind, ())
        for one in records.children(store, child, full_name)
    ]


def _path(kind: Kind, full_name: str) -> str:
    name = pages.part(full_name)
    return f"/console/models/{name}" if kind is Kind.MODEL else f"/console/data/{kind}/{name}"


def _columns(store: Store, table: Document) -> list[Document]:
    """Name, type, comment and tags of each column, in the table's order."""
    return [
        {
            "name": column.get("name", ""),
            "type": column.get("type_text") or column.get("type_name") or "",
            "comment": column.get("comment") or "",
            "tags": (store.get(TAG, f"{table['full_name']}.{column.get('name', '')}") or {"tags": {}})["tags"],
        }
        for column in table.get("columns") or []
    ]


def _bound(cloud: Cloud, catalog: Document) -> list[str]:
    """The workspace bindings of an isolated catalog; empty for one that is open to all workspaces."""
    if catalog.get("isolation_mode") != "ISOLATED":
        return []
    named = {workspace.workspace_id: workspace.name for workspace in cloud.workspaces()}
    bound = (cloud.store.get("binding", f"catalog:{catalog['full_name']}") or {}).get("bindings", [])
    return [
        f"{named.get(one['workspace_id'], one['workspace_id'])}"
        f"{' (read only)' if one.get('binding_type') == 'BINDING_TYPE_READ_ONLY' else ''}"
        for one in bound
    ] or ["no workspace"]


def _lineage(cloud: Cloud, table: str) -> tuple[list[Link], str]:
    """What uses a table, and which part of that is unknown at the moment."""
    links = lineage.of_table(cloud, table)
    try:
        return [*links, *lineage.runs_of_table(cloud, table)], ""
    except ApiError as error:
        return links, f"Which MLflow runs read it is not known now. {error.message}"
