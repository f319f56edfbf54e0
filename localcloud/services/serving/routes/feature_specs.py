"""Feature specifications: `/api/2.0/feature-store/feature-spec`, for Databricks' feature engineering client.

An endpoint can serve a specification without a model: see `localcloud.services.serving.feature_specs`.
"""

from fastapi import APIRouter

from localcloud.kernel.body import JsonBody, required
from localcloud.kernel.clock import now_ms
from localcloud.kernel.cloud import CloudDep
from localcloud.kernel.errors import exists
from localcloud.kernel.identity import CallerDep
from localcloud.kernel.names import levels
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.serving import feature_specs
from localcloud.services.unity import access, records
from localcloud.services.unity.hiding import FEATURE_SPEC, FUNCTION
from localcloud.services.unity.privileges import Kind, Privilege

PARITY = Parity(
    Level.EXECUTED,
    "https://learn.microsoft.com/azure/databricks/machine-learning/feature-store/feature-function-serving",
)

router = APIRouter(prefix="/api/2.0/feature-store/feature-spec")


@router.post("/create")
def create(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Create a specification, which the caller owns. Needs CREATE_FUNCTION on the schema, SELECT on the tables."""
    full_name = ".".join(levels(str(required(body, "name")), 3))
    catalog, schema, name = full_name.split(".")
    access.authorize(cloud, caller, Kind.SCHEMA, f"{catalog}.{schema}", Privilege.CREATE_FUNCTION)

    def table(given: str) -> Document:
        found = records.canonical(Kind.TABLE, given)
        access.authorize(cloud, caller, Kind.TABLE, found, Privilege.SELECT)
        return records.require(cloud.store, Kind.TABLE, found)

    made: Document = {
        "catalog_name": catalog,
        "schema_name": schema,
        "name": name,
        "full_name": full_name,
        "owner": caller.principal,
        "created_at": now_ms(),
        "securable_kind": "FUNCTION_FEATURE_SPEC",
        "_specification": feature_specs.specified(body, table),
        "_key": full_name,
        "_below": f"{catalog}.{schema}",
    }
    with cloud.store.transaction():
        if any(cloud.store.get(kind, full_name) is not None for kind in (FEATURE_SPEC, FUNCTION)):
            raise exists(f"Function '{full_name}' already exists.")
        cloud.store.put(FEATURE_SPEC, full_name, made)
    told = {"name": full_name, "creator": made["owner"], "creation_timestamp_ms": made["created_at"]}
    return {"feature_spec_info": told}


@router.delete("/{full_name}")
def delete(full_name: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """Delete a specification. Its owner, or managers of the schema. Endpoints keep serving it until they change."""
    schema = ".".join(levels(full_name, 3)[:2])
    access.authorize(cloud, caller, Kind.SCHEMA, schema)
    found = feature_specs.require(cloud.store, full_name)
    if found["owner"] not in caller.identities:
        access.authorize_management(cloud, caller, Kind.SCHEMA, schema)
    cloud.store.delete(FEATURE_SPEC, full_name)
    return {}
