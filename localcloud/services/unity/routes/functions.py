"""SQL functions of a schema: `/functions`. Only policies can call them; statements cannot."""

import sqlglot
from fastapi import APIRouter
from sqlglot import exp

from localcloud.kernel.body import JsonBody, required
from localcloud.kernel.cloud import CloudDep
from localcloud.kernel.errors import bad_request, denied, exists
from localcloud.kernel.identity import CallerDep
from localcloud.kernel.names import identifier, levels
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.sql import reading
from localcloud.services.unity import access
from localcloud.services.unity.hiding import FEATURE_SPEC, FUNCTION
from localcloud.services.unity.privileges import Kind, Privilege

PARITY = Parity(Level.EXECUTED, "https://docs.databricks.com/api/azure/workspace/functions")

router = APIRouter()


@router.post("/functions")
def create_function(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Create a function of one parameter, which the caller then owns. Needs CREATE_FUNCTION on the schema."""
    info: Document = required(body, "function_info")
    parts = required(info, "catalog_name", "schema_name", "name")
    catalog, schema, name = (identifier("function", part) for part in parts)
    access.authorize(cloud, caller, Kind.SCHEMA, f"{catalog}.{schema}", Privilege.CREATE_FUNCTION)
    _require_plain(info)
    full_name = f"{catalog}.{schema}.{name}"
    document = {**info, "full_name": full_name, "owner": caller.principal}
    with cloud.store.transaction():
        if any(cloud.store.get(kind, full_name) is not None for kind in (FUNCTION, FEATURE_SPEC)):
            raise exists(f"Function '{full_name}' already exists.")
        cloud.store.put(FUNCTION, full_name, {**document, "_key": full_name, "_below": f"{catalog}.{schema}"})
    return document


@router.get("/functions/{full_name}")
def get_function(full_name: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """One function or feature specification. Needs USE_CATALOG and USE_SCHEMA."""
    return _shown(_require(full_name, cloud, caller, (FUNCTION, FEATURE_SPEC)))


@router.delete("/functions/{full_name}")
def delete_function(full_name: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """Delete a function. Its owner, or managers of the schema. Tables whose policies call it cannot be read then."""
    found = _require(full_name, cloud, caller)
    schema = found["full_name"].rpartition(".")[0]
    if found["owner"] not in caller.identities:
        access.authorize_management(cloud, caller, Kind.SCHEMA, schema)
    cloud.store.delete(FUNCTION, found["full_name"])
    return {}


def _require(full_name: str, cloud: CloudDep, caller: CallerDep, kinds: tuple[str, ...] = (FUNCTION,)) -> Document:
    name = ".".join(levels(full_name, 3))
    access.authorize(cloud, caller, Kind.SCHEMA, name.rpartition(".")[0])
    found = (cloud.store.get(kind, name) for kind in kinds)
    return next((each for each in found if each is not None), None) or cloud.store.require(FUNCTION, name)


def _require_plain(info: Document) -> None:
    """Check that it is an expression over its one parameter, which reads nothing else."""
    definition, given = required(info, "routine_definition", "input_params")
    parameters = given.get("parameters") or []
    if info.get("routine_body") != "SQL" or len(parameters) != 1:
        raise bad_request("Only SQL functions of one parameter are kept locally.")
    if reading.parse(f"SELECT {definition}").tables:
        raise bad_request("routine_definition must not read tables: policies put it into other statements.")
    tree = sqlglot.parse_one(f"SELECT {definition}", read="databricks")
    names = {column.sql() for column in tree.find_all(exp.Column)}
    if len(tree.expressions) != 1 or tree.find(exp.Subquery) or not names <= {parameters[0]["name"]}:
        raise denied(f"routine_definition must be one expression over '{parameters[0]['name']}' alone.")


def _shown(document: Document) -> Document:
    return {field: value for field, value in document.items() if not field.startswith("_")}
