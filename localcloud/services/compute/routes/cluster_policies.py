"""Cluster policies: `/api/2.0/policies/clusters`. `services.compute.policies` has the rules themselves."""

from typing import Any

from fastapi import APIRouter

from localcloud.kernel import acl
from localcloud.kernel.body import JsonBody, changed, required
from localcloud.kernel.cloud import Cloud, CloudDep
from localcloud.kernel.errors import ApiError, not_found
from localcloud.kernel.identity import Caller, CallerDep
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.compute import policies

PARITY = Parity(Level.EXECUTED, "https://docs.databricks.com/api/azure/workspace/clusterpolicies")

router = APIRouter(prefix="/api/2.0/policies/clusters")
_FIELDS = frozenset(
    {"name", "definition", "description", "max_clusters_per_user", "libraries", "policy_family_id"}
    | {"policy_family_definition_overrides"}
)


@router.post("/create")
def create(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Create a policy; its definition is checked. Admin only. Returns `policy_id`."""
    caller.require_workspace_admin("create cluster policies")
    _require_usable(cloud, caller, body, own_id=None)
    identifier = f"{cloud.store.next_id('cluster_policy'):016X}"
    fields = {"policy_id": identifier, "workspace": caller.require_workspace().name}
    creator = {"creator_user_name": caller.principal, "is_default": False}
    cloud.store.put("cluster_policy", identifier, changed(fields | creator, body, _FIELDS))
    acl.create(cloud, caller, "cluster-policies", identifier)
    return {"policy_id": identifier}


@router.get("/get")
def get(policy_id: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """One policy of this workspace, for those who may use it."""
    found = require(cloud, caller, policy_id)
    acl.require(cloud, caller, "cluster-policies", policy_id, "CAN_USE")
    return found


@router.get("/list")
def list_policies(cloud: CloudDep, caller: CallerDep) -> Document:
    """The policies of this workspace that the caller may use."""
    own = _own(cloud, caller)
    return {"policies": [p for p in own if acl.allows(cloud, caller, "cluster-policies", p["policy_id"], "CAN_USE")]}


@router.post("/edit")
def edit(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Replace a policy's fields. Admin only."""
    caller.require_workspace_admin("edit cluster policies")
    current = require(cloud, caller, required(body, "policy_id"))
    _require_usable(cloud, caller, body, own_id=current["policy_id"])
    kept = {field: value for field, value in current.items() if field not in _FIELDS}
    cloud.store.put("cluster_policy", current["policy_id"], changed(kept, body, _FIELDS))
    return {}


@router.post("/delete")
def delete(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Delete a policy. Admin only."""
    caller.require_workspace_admin("delete cluster policies")
    identifier = require(cloud, caller, required(body, "policy_id"))["policy_id"]
    cloud.store.delete("cluster_policy", identifier)
    acl.delete(cloud, "cluster-policies", identifier)
    return {}


def require(cloud: Cloud, caller: Caller, policy_id: str) -> dict[str, Any]:
    """The policy, which must be of the caller's workspace. Raises `ApiError` 404."""
    found = cloud.store.get("cluster_policy", policy_id)
    if found is None or found["workspace"] != caller.require_workspace().name:
        raise not_found(f"Cluster policy {policy_id} does not exist.")
    return found


def _require_usable(cloud: Cloud, caller: Caller, body: Document, own_id: str | None) -> None:
    name = required(body, "name")
    policies.parse(required(body, "definition"))
    taken = [p for p in _own(cloud, caller) if p["name"] == name and p["policy_id"] != own_id]
    if taken:
        raise ApiError(400, "INVALID_PARAMETER_VALUE", f"A cluster policy named '{name}' exists: choose another name.")


def _own(cloud: Cloud, caller: Caller) -> list[Document]:
    workspace = caller.require_workspace().name
    return [p for p in cloud.store.all("cluster_policy") if p["workspace"] == workspace]
