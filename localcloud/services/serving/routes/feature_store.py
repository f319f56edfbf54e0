"""Online feature stores: `/api/2.0/feature-store`. Publishing really copies rows; see `services.serving.online`.

A store is a database instance of the same name; the instance's permissions decide who may publish to it.
"""

from datetime import UTC, datetime

from fastapi import APIRouter

from localcloud.kernel import acl
from localcloud.kernel.body import JsonBody, changed, required
from localcloud.kernel.cloud import Cloud, CloudDep
from localcloud.kernel.errors import bad_request, denied, exists, not_found
from localcloud.kernel.identity import Caller, CallerDep
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.serving.online import pipelines, source, tables
from localcloud.services.serving.online.tables import KIND, OnlineTables
from localcloud.services.unity import access, records
from localcloud.services.unity.privileges import Kind, Privilege

PARITY = Parity(Level.EXECUTED, "https://docs.databricks.com/api/azure/workspace/featurestore")

router = APIRouter(prefix="/api/2.0/feature-store")
_CAPACITIES = ("CU_1", "CU_2", "CU_4", "CU_8")
_MODES = ("CONTINUOUS", "SNAPSHOT", "TRIGGERED")
_TYPE = "database-instances"


@router.post("/online-stores")
def create_store(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Create an online store. It is available at once; locally all stores share one file."""
    name, capacity = required(body, "name", "capacity")
    _require_capacity(capacity)
    key = _key(caller, name)
    if cloud.store.get("online_store", key) is not None:
        raise exists(f"Online store '{name}' already exists.")
    document = {
        "name": name,
        "capacity": capacity,
        "read_replica_count": int(body.get("read_replica_count") or 0),
        "creator": caller.principal,
        "creation_time": datetime.now(UTC).isoformat(),
        "state": "AVAILABLE",
        "workspace": caller.require_workspace().name,
    }
    with cloud.store.transaction():
        cloud.store.put("online_store", key, document)
        acl.create(cloud, caller, _TYPE, key)
    return _shown(document)


@router.get("/online-stores")
def list_stores(cloud: CloudDep, caller: CallerDep) -> Document:
    """The online stores of this workspace that the caller may use."""
    workspace = caller.require_workspace().name
    here = [s for s in cloud.store.all("online_store") if s["workspace"] == workspace]
    usable = [s for s in here if acl.allows(cloud, caller, _TYPE, _key(caller, s["name"]), "CAN_USE")]
    return {"online_stores": [_shown(s) for s in usable]}


@router.get("/online-stores/{name}")
def get_store(name: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """One online store. Needs CAN_USE."""
    return _shown(_store(cloud, caller, name))


@router.patch("/online-stores/{name}")
def update_store(name: str, body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Change capacity or replicas. Needs CAN_MANAGE."""
    document = _store(cloud, caller, name, "CAN_MANAGE")
    if "capacity" in body:
        _require_capacity(body["capacity"])
    new = changed(document, body, frozenset({"capacity", "read_replica_count", "usage_policy_id"}))
    cloud.store.put("online_store", _key(caller, name), new)
    return _shown(new)


@router.delete("/online-stores/{name}")
def delete_store(name: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """Delete an online store with the tables published to it. Needs CAN_MANAGE."""
    document = _store(cloud, caller, name, "CAN_MANAGE")
    online_tables = OnlineTables(cloud)
    for table in cloud.store.all(KIND):
        if table["online_store"] == document["name"] and table["workspace"] == document["workspace"]:
            online_tables.delete(table["name"])
            pipelines.forget(cloud, table["pipeline_id"])
    cloud.store.delete("online_store", _key(caller, name))
    acl.delete(cloud, _TYPE, _key(caller, name))
    return {}


@router.post("/tables/{source_table_name}/publish")
def publish(source_table_name: str, body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Start copying the newest row of every key of the source table into the online table.

    Needs CAN_USE on the store, SELECT on the source and CREATE_TABLE on the online table's schema, and for publishing
    again ownership of the online table. The answer names the pipeline that copies: look-ups read the new rows once its
    update is COMPLETED.
    """
    spec = required(body, "publish_spec")
    online_table, store_name, mode = required(spec, "online_table_name", "online_store", "publish_mode")
    if mode not in _MODES:
        raise bad_request(f"publish_mode '{mode}' is not one of {', '.join(_MODES)}.")
    store = _store(cloud, caller, store_name)
    name = records.canonical(Kind.TABLE, source_table_name)
    target = records.canonical(Kind.TABLE, online_table)
    access.authorize(cloud, caller, Kind.TABLE, name, Privilege.SELECT)
    owner = _authorize_target(cloud, caller, name, target)
    source.primary_key(records.require(cloud.store, Kind.TABLE, name))
    with cloud.store.transaction():
        current = cloud.store.get(KIND, target)
        declared = tables.declared(current, name=target, source_table=name, store=store, mode=mode)
        cloud.store.put(KIND, target, {**declared, "owner": owner})
    pipelines.of(cloud).start({**declared, "owner": owner})
    return {"online_table_name": target, "pipeline_id": declared["pipeline_id"]}


@router.get("/online-tables/{online_table_name}")
def get_online_table(online_table_name: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """A published table: source, source version, number of rows, key. A route of the local cloud only."""
    return _online_table(cloud, caller, online_table_name)


@router.delete("/online-tables/{online_table_name}")
def delete_online_table(online_table_name: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """Delete an online table with its rows. The table's owner and admins only."""
    document = _online_table(cloud, caller, online_table_name)
    _require_owner(caller, document)
    OnlineTables(cloud).delete(document["name"])
    pipelines.forget(cloud, document["pipeline_id"])
    return {}


def _authorize_target(cloud: Cloud, caller: Caller, source: str, target: str) -> str:
    """Check that the caller may publish to `target`. Returns the online table's owner."""
    if cloud.store.get(Kind.TABLE, target) is not None:
        raise exists(f"'{target}' is a table: give the online table another name.")
    current = cloud.store.get(KIND, target)
    schema = target.rpartition(".")[0]
    if current is None:
        access.authorize(cloud, caller, Kind.SCHEMA, schema, Privilege.CREATE_TABLE)
        return caller.principal
    access.authorize(cloud, caller, Kind.SCHEMA, schema)
    _require_owner(caller, current)
    if current["source_table_name"] != source:
        raise exists(f"Online table '{target}' is published from '{current['source_table_name']}'.")
    return str(current["owner"])


def _online_table(cloud: Cloud, caller: Caller, name: str) -> Document:
    target = records.canonical(Kind.TABLE, name)
    access.authorize(cloud, caller, Kind.SCHEMA, target.rpartition(".")[0])
    found = cloud.store.get(KIND, target)
    if found is None:
        raise not_found(f"Online table '{target}' does not exist.")
    return found


def _require_owner(caller: Caller, document: Document) -> None:
    if not caller.is_admin and document["owner"] not in caller.identities:
        raise denied(f"User is not an owner of Online Table '{document['name']}'.")


def _require_capacity(capacity: object) -> None:
    if capacity not in _CAPACITIES:
        raise bad_request(f"capacity '{capacity}' is not one of {', '.join(_CAPACITIES)}.")


def _key(caller: Caller, name: str) -> str:
    return f"{caller.require_workspace().name}/{name}"


def _store(cloud: Cloud, caller: Caller, name: str, level: str = "CAN_USE") -> Document:
    found = cloud.store.get("online_store", _key(caller, name))
    if found is None:
        raise not_found(f"Online store '{name}' does not exist.")
    acl.require(cloud, caller, _TYPE, _key(caller, name), level)
    return found


def _shown(document: Document) -> Document:
    return {field: value for field, value in document.items() if field != "workspace"}
