"""Table constraints: `/constraints`. The primary key of a feature table is its look-up key."""

from fastapi import APIRouter

from localcloud.kernel.body import JsonBody, required
from localcloud.kernel.cloud import CloudDep
from localcloud.kernel.errors import bad_request, exists, not_found
from localcloud.kernel.identity import CallerDep
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.unity import access, records
from localcloud.services.unity.privileges import Kind

PARITY = Parity(Level.STATEFUL, "https://docs.databricks.com/api/azure/workspace/tableconstraints")

router = APIRouter()
_FIELD = "table_constraints"
_PRIMARY = "primary_key_constraint"


@router.post("/constraints")
def create_constraint(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Add a primary key to a table. The table's owner only."""
    full_name, constraint = required(body, "full_name_arg", "constraint")
    full_name = records.canonical(Kind.TABLE, full_name)
    access.authorize_management(cloud, caller, Kind.TABLE, full_name)
    if set(constraint) != {_PRIMARY}:
        raise bad_request(f"Only {_PRIMARY} is kept locally; given: {', '.join(constraint) or 'none'}.")
    with cloud.store.transaction():
        table = records.require(cloud.store, Kind.TABLE, full_name)
        _require_columns(table, constraint[_PRIMARY])
        if any(_PRIMARY in held for held in table.get(_FIELD, [])):
            raise exists(f"Table '{full_name}' already has a primary key: delete it first.")
        records.update(
            cloud.store, Kind.TABLE, {**table, _FIELD: [*table.get(_FIELD, []), constraint]}, caller.principal
        )
    return dict(constraint)


@router.delete("/constraints/{full_name}")
def delete_constraint(full_name: str, constraint_name: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """Remove the constraint called `constraint_name`. The table's owner only."""
    full_name = records.canonical(Kind.TABLE, full_name)
    access.authorize_management(cloud, caller, Kind.TABLE, full_name)
    with cloud.store.transaction():
        table = records.require(cloud.store, Kind.TABLE, full_name)
        kept = [held for held in table.get(_FIELD, []) if held.get(_PRIMARY, {}).get("name") != constraint_name]
        if len(kept) == len(table.get(_FIELD, [])):
            raise not_found(f"Table '{full_name}' has no constraint '{constraint_name}'.")
        records.update(cloud.store, Kind.TABLE, {**table, _FIELD: kept}, caller.principal)
    return {}


def _require_columns(table: Document, primary: Document) -> None:
    required(primary, "name", "child_columns")
    columns = [column["name"] for column in table.get("columns", [])]
    named = [*primary["child_columns"], *(primary.get("timeseries_columns") or [])]
    unknown = [name for name in named if name not in columns]
    if unknown:
        raise bad_request(f"{', '.join(unknown)} are not columns of '{table['full_name']}': {', '.join(columns)}.")
