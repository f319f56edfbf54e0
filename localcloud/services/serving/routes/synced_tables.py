"""Synced database tables: `/api/2.0/database/synced_tables`. A pipeline copies a table into a database instance.

Sources: the object's reference, "Synced Database Table"; SNAPSHOT and TRIGGERED copy when they are made and whenever
their pipeline is started, and here CONTINUOUS does no more than that. "Model Serving with automatic feature lookup"
names online feature stores only, so no endpoint looks up features in a synced table. On Databricks PostgreSQL clients
read it; here there is no PostgreSQL server.
"""

from datetime import UTC, datetime

from fastapi import APIRouter

from localcloud.kernel import acl
from localcloud.kernel.body import JsonBody, required
from localcloud.kernel.cloud import Cloud, CloudDep
from localcloud.kernel.errors import bad_request, exists, not_found
from localcloud.kernel.identity import Caller, CallerDep
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.serving.online import pipelines, source, tables
from localcloud.services.serving.online.tables import KIND, OnlineTables
from localcloud.services.unity import access, hiding, records
from localcloud.services.unity.privileges import Kind, Privilege

PARITY = Parity(Level.EXECUTED, "https://docs.databricks.com/api/azure/workspace/database")

router = APIRouter(prefix="/api/2.0/database/synced_tables")
_POLICIES = ("CONTINUOUS", "SNAPSHOT", "TRIGGERED")
_INSTANCES = "database-instances"
# By the newest update's state: what a table is called without rows, and with the rows of an earlier update.
_STATES = {
    pipelines.COMPLETED: ("SYNCED_TABLE_ONLINE_NO_PENDING_UPDATE",) * 2,
    pipelines.FAILED: ("SYNCED_TABLE_OFFLINE_FAILED", "SYNCED_TABLE_ONLINE_PIPELINE_FAILED"),
}
_UNDER_WAY = ("SYNCED_TABLE_PROVISIONING_INITIAL_SNAPSHOT", "SYNCED_TABLE_ONLINE_TRIGGERED_UPDATE")


@router.post("")
def create(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Start copying a table's newest row of every key into a database instance.

    Needs CAN_USE on the instance, SELECT on the source (without masks or filters) and CREATE_TABLE on the schema.
    """
    given, instance, database, spec = required(body, "name", "database_instance_name", "logical_database_name", "spec")
    origin, policy = required(spec, "source_table_full_name", "scheduling_policy")
    if policy not in _POLICIES:
        raise bad_request(f"scheduling_policy '{policy}' is not one of {', '.join(_POLICIES)}.")
    name, origin = records.canonical(Kind.TABLE, given), records.canonical(Kind.TABLE, origin)
    store = _instance(cloud, caller, instance)
    access.authorize(cloud, caller, Kind.TABLE, origin, Privilege.SELECT)
    access.authorize(cloud, caller, Kind.SCHEMA, name.rpartition(".")[0], Privilege.CREATE_TABLE)
    if cloud.store.get(Kind.TABLE, name) or cloud.store.get(KIND, name):
        raise exists(f"Table '{name}' already exists.")
    table = records.require(cloud.store, Kind.TABLE, origin)
    if hiding.view(cloud, caller, table) is not None:
        raise bad_request(f"Table '{origin}' has columns or rows that are hidden from the caller: it cannot be synced.")
    document = {
        **tables.declared(None, name=name, source_table=origin, store=store, mode=policy),
        "owner": caller.principal,
        "primary_key": source.declared_key(table, spec),
        "logical_database_name": database,
        "spec": spec,
    }
    cloud.store.put(KIND, name, document)
    pipelines.of(cloud).start(document)
    return _shown(cloud, document)


@router.get("/{name}")
def get(name: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """One synced table, with the state of its pipeline."""
    return _shown(cloud, _found(cloud, caller, name))


@router.delete("/{name}")
def delete(name: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """Delete a synced table with its rows and pipeline. Its owner, or managers of the schema."""
    document = _found(cloud, caller, name)
    if document["owner"] not in caller.identities:
        access.authorize_management(cloud, caller, Kind.SCHEMA, document["name"].rpartition(".")[0])
    OnlineTables(cloud).delete(document["name"])
    pipelines.forget(cloud, document["pipeline_id"])
    return {}


def _instance(cloud: Cloud, caller: Caller, name: str) -> Document:
    key = f"{caller.require_workspace().name}/{name}"
    found = cloud.store.get("online_store", key)
    if found is None:
        raise not_found(f"Database instance '{name}' does not exist.")
    acl.require(cloud, caller, _INSTANCES, key, "CAN_USE")
    return found


def _found(cloud: Cloud, caller: Caller, given: str) -> Document:
    name = records.canonical(Kind.TABLE, given)
    access.authorize(cloud, caller, Kind.SCHEMA, name.rpartition(".")[0])
    found = cloud.store.get(KIND, name)
    if found is None or "spec" not in found:
        raise not_found(f"Synced database table '{name}' does not exist.")
    return found


def _shown(cloud: Cloud, document: Document) -> Document:
    instance, database = document["online_store"], document["logical_database_name"]
    newest = pipelines.find(cloud, document["pipeline_id"])["latest_updates"][0]
    status: Document = {
        "detailed_state": _STATES.get(newest["state"], _UNDER_WAY)[document["rows"] is not None],
        "pipeline_id": document["pipeline_id"],
    }
    if document["published_at"]:
        ended = datetime.fromtimestamp(document["published_at"], UTC).isoformat()
        version = {"delta_commit_version": document["source_version"]}
        status["last_sync"] = {"sync_end_timestamp": ended, "delta_table_sync_info": version}
    return {
        "name": document["name"],
        "database_instance_name": instance,
        "effective_database_instance_name": instance,
        "logical_database_name": database,
        "effective_logical_database_name": database,
        "spec": document["spec"],
        "unity_catalog_provisioning_state": "ACTIVE",
        "data_synchronization_status": status,
    }
