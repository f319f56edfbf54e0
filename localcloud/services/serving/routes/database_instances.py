"""Database instances: `/api/2.0/database/instances`. One is an online store, sized in nodes.

A database instance and an online store of the same name are one document, as on Databricks.
"""

from fastapi import APIRouter

from localcloud.kernel.body import JsonBody, required
from localcloud.kernel.cloud import CloudDep
from localcloud.kernel.errors import bad_request
from localcloud.kernel.identity import CallerDep
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.serving.routes import feature_store as stores

PARITY = Parity(Level.EXECUTED, "https://docs.databricks.com/api/azure/workspace/database")

router = APIRouter(prefix="/api/2.0/database/instances")


@router.post("")
def create(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Create a database instance. It is available at once."""
    name, capacity = required(body, "name", "capacity")
    return _shown(stores.create_store({"name": name, "capacity": capacity, **_replicas(body)}, cloud, caller))


@router.get("")
def list_all(cloud: CloudDep, caller: CallerDep) -> Document:
    """The database instances of this workspace that the caller may see."""
    found = stores.list_stores(cloud, caller)["online_stores"]
    return {"database_instances": [_shown(store) for store in found]}


@router.get("/{name}")
def get(name: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """One database instance."""
    return _shown(stores.get_store(name, cloud, caller))


@router.patch("/{name}")
def update(name: str, body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Change an instance's capacity or number of nodes."""
    changes = {field: body[field] for field in ("capacity",) if field in body}
    return _shown(stores.update_store(name, {**changes, **_replicas(body)}, cloud, caller))


@router.delete("/{name}")
def delete(name: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """Delete a database instance with the tables published to it."""
    return stores.delete_store(name, cloud, caller)


def _replicas(body: Document) -> Document:
    """The number of read-only nodes; nothing if the instance names no nodes."""
    if "node_count" not in body:
        return {}
    nodes = int(body["node_count"])
    if nodes < 1:
        raise bad_request(f"node_count is {nodes}; give 1 or more: the first one writes.")
    return {"read_replica_count": nodes - 1}


def _shown(store: Document) -> Document:
    kept = {field: store[field] for field in ("name", "capacity", "creator", "creation_time", "state")}
    nodes = int(store["read_replica_count"]) + 1
    return {**kept, "node_count": nodes, "effective_node_count": nodes, "effective_capacity": store["capacity"]}
