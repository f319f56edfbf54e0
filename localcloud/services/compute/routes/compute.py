"""Compute that stacks refer to: Spark versions, node types, instance pools."""

from fastapi import APIRouter

from localcloud.kernel import acl
from localcloud.kernel.body import JsonBody, changed, required
from localcloud.kernel.cloud import Cloud, CloudDep
from localcloud.kernel.errors import not_found
from localcloud.kernel.identity import Caller, CallerDep
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document

PARITY = Parity(Level.STATEFUL, "https://docs.databricks.com/api/azure/workspace/clusters")

router = APIRouter()
_VERSIONS = (
    ("18.x-cpu-ml-scala2.13", "18 LTS ML (includes Apache Spark 4.1.0, Scala 2.13)"),
    ("18.x-gpu-ml-scala2.13", "18 LTS ML (includes Apache Spark 4.1.0, GPU, Scala 2.13)"),
    ("17.3.x-scala2.13", "17.3 LTS (includes Apache Spark 4.0.0, Scala 2.13)"),
    ("17.3.x-cpu-ml-scala2.13", "17.3 LTS ML (includes Apache Spark 4.0.0, Scala 2.13)"),
    ("17.3.x-gpu-ml-scala2.13", "17.3 LTS ML (includes Apache Spark 4.0.0, GPU, Scala 2.13)"),
    ("16.4.x-scala2.12", "16.4 LTS (includes Apache Spark 3.5.2, Scala 2.12)"),
    ("16.4.x-cpu-ml-scala2.12", "16.4 LTS ML (includes Apache Spark 3.5.2, Scala 2.12)"),
    ("16.4.x-gpu-ml-scala2.12", "16.4 LTS ML (includes Apache Spark 3.5.2, GPU, Scala 2.12)"),
    ("15.4.x-scala2.12", "15.4 LTS (includes Apache Spark 3.5.0, Scala 2.12)"),
    ("15.4.x-cpu-ml-scala2.12", "15.4 LTS ML (includes Apache Spark 3.5.0, Scala 2.12)"),
)
# Name, cores, memory in MiB, GPUs.
_NODE_TYPES = (
    ("Standard_DS3_v2", 4, 14_336, 0),
    ("Standard_D4ads_v5", 4, 16_384, 0),
    ("Standard_D8ads_v5", 8, 32_768, 0),
    ("Standard_D16ads_v5", 16, 65_536, 0),
    ("Standard_E8ads_v5", 8, 65_536, 0),
    ("Standard_NC4as_T4_v3", 4, 28_672, 1),
    ("Standard_NC8as_T4_v3", 8, 57_344, 1),
    ("Standard_NC16as_T4_v3", 16, 112_640, 1),
    ("Standard_NC24ads_A100_v4", 24, 225_280, 1),
    ("Standard_NV36ads_A10_v5", 36, 450_560, 1),
)
_POOL = "instance-pools"
_FIXED = frozenset({"instance_pool_id", "workspace", "state"})


@router.get("/api/{version}/clusters/spark-versions")
def spark_versions(_: CallerDep) -> Document:
    """The runtimes that a cluster or a policy may name."""
    return {"versions": [{"key": key, "name": name} for key, name in _VERSIONS]}


@router.get("/api/{version}/clusters/list-node-types")
def node_types(_: CallerDep) -> Document:
    """The node types that a cluster or a policy may name."""
    return {"node_types": [_node_type(*row) for row in _NODE_TYPES]}


@router.post("/api/2.0/instance-pools/create")
def create_pool(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Create an instance pool. Admin only. Returns `instance_pool_id`."""
    caller.require_workspace_admin("create instance pools")
    required(body, "instance_pool_name", "node_type_id")
    identifier = f"pool-{cloud.store.next_id('instance_pool')}"
    fixed = {"instance_pool_id": identifier, "workspace": caller.require_workspace().name, "state": "ACTIVE"}
    cloud.store.put("instance_pool", identifier, changed(fixed, body, frozenset(body) - _FIXED))
    acl.create(cloud, caller, _POOL, identifier)
    return {"instance_pool_id": identifier}


@router.get("/api/2.0/instance-pools/get")
def get_pool(instance_pool_id: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """One instance pool."""
    return _pool(cloud, caller, instance_pool_id, "CAN_ATTACH_TO")


@router.get("/api/2.0/instance-pools/list")
def list_pools(cloud: CloudDep, caller: CallerDep) -> Document:
    """The instance pools of this workspace that the caller may use."""
    own = [p for p in cloud.store.all("instance_pool") if p["workspace"] == caller.require_workspace().name]
    kept = [p for p in own if acl.allows(cloud, caller, _POOL, p["instance_pool_id"], "CAN_ATTACH_TO")]
    return {"instance_pools": kept}


@router.post("/api/2.0/instance-pools/edit")
def edit_pool(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Change an instance pool."""
    current = _pool(cloud, caller, required(body, "instance_pool_id"), "CAN_MANAGE")
    changes = changed(current, body, frozenset(body) - _FIXED)
    cloud.store.put("instance_pool", current["instance_pool_id"], changes)
    return {}


@router.post("/api/2.0/instance-pools/delete")
def delete_pool(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Delete an instance pool."""
    identifier = _pool(cloud, caller, required(body, "instance_pool_id"), "CAN_MANAGE")["instance_pool_id"]
    cloud.store.delete("instance_pool", identifier)
    acl.delete(cloud, _POOL, identifier)
    return {}


def _pool(cloud: Cloud, caller: Caller, identifier: str, level: str) -> Document:
    found = cloud.store.get("instance_pool", identifier)
    if found is None or found["workspace"] != caller.require_workspace().name:
        raise not_found(f"Instance pool {identifier} does not exist.")
    acl.require(cloud, caller, _POOL, identifier, level)
    return found


def _node_type(name: str, cores: int, memory_mib: int, gpus: int) -> Document:
    return {
        "node_type_id": name,
        "num_cores": cores,
        "memory_mb": memory_mib,
        "num_gpus": gpus,
        "category": "GPU Accelerated" if gpus else "General Purpose",
        "instance_type_id": name,
        "description": name,
        "is_deprecated": False,
        "support_port_forwarding": True,
    }
