"""Tables: `/tables`. Managed Delta tables under `<home>/warehouse/<catalog>/<schema>/<table>`."""

import re
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends

from localcloud.kernel.body import JsonBody, changed, required
from localcloud.kernel.cloud import CloudDep
from localcloud.kernel.errors import ApiError, bad_request
from localcloud.kernel.identity import CallerDep
from localcloud.kernel.names import identifier
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.unity import access, changes, deletion, ownership, records
from localcloud.services.unity.privileges import Kind, Privilege

PARITY = Parity(Level.EXECUTED, "https://docs.databricks.com/api/azure/workspace/tables")

router = APIRouter()
_FIELDS = frozenset({"comment", "columns", "properties"})


@router.post("/tables")
def create_table(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Register a managed Delta table and return its location. Needs CREATE_TABLE on the schema.

    The caller becomes the owner, and writes the Delta log at `storage_location`.
    """
    catalog, schema, name = (
        identifier("table", part) for part in required(body, "catalog_name", "schema_name", "name")
    )
    _require_managed_delta(body)
    access.authorize(cloud, caller, Kind.SCHEMA, f"{catalog}.{schema}", Privilege.CREATE_TABLE)
    owner = ownership.initial_owner(cloud, caller, body)
    location = cloud.warehouse / catalog / schema / name
    fields = changed({"catalog_name": catalog, "schema_name": schema}, body, _FIELDS)
    fields |= {"table_type": "MANAGED", "data_source_format": "DELTA", "storage_location": str(location)}
    location.parent.mkdir(parents=True, exist_ok=True)
    return _shown(records.create(cloud.store, Kind.TABLE, f"{catalog}.{schema}.{name}", owner, fields))


@router.get("/tables")
def list_tables(catalog_name: str, schema_name: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """The tables of a schema that the caller may see."""
    schema = records.canonical(Kind.SCHEMA, f"{catalog_name}.{schema_name}")
    access.authorize(cloud, caller, Kind.SCHEMA, schema)
    found = records.children(cloud.store, Kind.TABLE, schema)
    return {"tables": [_shown(t) for t in found if access.sees(cloud, caller, Kind.TABLE, t["full_name"])]}


@dataclass(frozen=True)
class Wanted:
    """The requested summaries: LIKE patterns (% and _) and a page."""

    schema_name_pattern: str = ""
    table_name_pattern: str = ""
    max_results: int = 0
    page_token: str = ""


@router.get("/table-summaries")
def list_summaries(
    catalog_name: str, wanted: Annotated[Wanted, Depends(Wanted)], cloud: CloudDep, caller: CallerDep
) -> Document:
    """Names and types of a catalog's tables that the caller may see, by LIKE patterns (% and _), in pages."""
    catalog = records.canonical(Kind.CATALOG, catalog_name)
    access.authorize(cloud, caller, Kind.CATALOG, catalog)
    if wanted.max_results < 0:
        raise bad_request(f"max_results {wanted.max_results} is less than 0.")
    patterns = (_like(wanted.schema_name_pattern), _like(wanted.table_name_pattern))
    found = sorted(
        (table["full_name"], table["table_type"])
        for table in cloud.store.all(Kind.TABLE)
        if table["catalog_name"] == catalog
        and all(one.fullmatch(name) for one, name in zip(patterns, table["full_name"].split(".")[1:], strict=True))
        and access.sees(cloud, caller, Kind.TABLE, table["full_name"])
    )
    first, count = _offset(wanted.page_token), wanted.max_results or len(found)
    page = [{"full_name": name, "table_type": kind} for name, kind in found[first : first + count]]
    more = {"next_page_token": str(first + count)} if first + count < len(found) else {}
    return {"tables": page, **more}


@router.get("/tables/{full_name}")
def get_table(full_name: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """One table with `table_id`, `storage_location` and columns."""
    return _shown(access.authorize_metadata(cloud, caller, Kind.TABLE, records.canonical(Kind.TABLE, full_name)))


@router.get("/tables/{full_name}/exists")
def table_exists(full_name: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """Whether a table exists: `{"table_exists": …}`. Needs USE_CATALOG and USE_SCHEMA."""
    full_name = records.canonical(Kind.TABLE, full_name)
    access.authorize(cloud, caller, Kind.SCHEMA, full_name.rpartition(".")[0])
    return {"table_exists": cloud.store.get(Kind.TABLE, full_name) is not None}


@router.patch("/tables/{full_name}")
def update_table(full_name: str, body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Change the owner, the comment, columns or properties."""
    full_name = records.canonical(Kind.TABLE, full_name)
    access.authorize_management(cloud, caller, Kind.TABLE, full_name)
    current = records.require(cloud.store, Kind.TABLE, full_name)
    new = changes.changed(cloud, current, body, *_FIELDS, "owner", shown=_shown(current))
    return _shown(records.update(cloud.store, Kind.TABLE, new, caller.principal))


@router.delete("/tables/{full_name}")
def delete_table(full_name: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """Delete a table and its data."""
    full_name = records.canonical(Kind.TABLE, full_name)
    access.authorize_management(cloud, caller, Kind.TABLE, full_name)
    deletion.drop(cloud, Kind.TABLE, full_name)
    return {}


def _shown(table: Document) -> Document:
    return {**table, "table_id": table["id"]}


def _like(pattern: str) -> re.Pattern[str]:
    """A LIKE pattern; an empty one matches everything."""
    parts = {"%": ".*", "_": "."}
    return re.compile("".join(parts.get(letter, re.escape(letter)) for letter in pattern or "%"), re.I)


def _offset(page_token: str) -> int:
    if page_token and not page_token.isdecimal():
        raise bad_request(f"page_token '{page_token}' is none that this route gave.")
    return int(page_token or 0)


def _require_managed_delta(body: Document) -> None:
    if body.get("table_type", "MANAGED") != "MANAGED":
        raise bad_request(f"table_type '{body['table_type']}' is not kept locally: use MANAGED.")
    if body.get("data_source_format", "DELTA") != "DELTA":
        raise ApiError(400, "INVALID_PARAMETER_VALUE", "data_source_format must be DELTA for a managed table.")
    if body.get("storage_location"):
        raise bad_request("storage_location of a managed table is chosen by Unity Catalog: leave it out.")
