"""All-purpose clusters: stored with their states. None is really started, and no task runs on one."""

import time
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from localcloud.kernel import acl
from localcloud.kernel.body import JsonBody, required
from localcloud.kernel.clock import now_ms
from localcloud.kernel.cloud import Cloud, CloudDep
from localcloud.kernel.errors import ApiError, bad_request, denied
from localcloud.kernel.identity import Caller, CallerDep
from localcloud.kernel.pages import page
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.query import require_known
from localcloud.kernel.store import Document
from localcloud.services.compute import clusters, policies
from localcloud.services.compute.admission import ClusterDeniedError, ClusterRefusedError, check

PARITY = Parity(Level.STATEFUL, "https://docs.databricks.com/api/azure/workspace/clusters")

router = APIRouter(prefix="/api/{version}/clusters")
_KIND, _ACL = "cluster", "clusters"
_RUNNING, _TERMINATED = "RUNNING", "TERMINATED"


@router.post("/create")
def create(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Create a cluster, RUNNING at once. Returns `cluster_id`. For admins, and principals that may use its policy."""
    said = _usable(cloud, caller, body)
    workspace = caller.require_workspace().name
    number = cloud.store.next_id(_KIND)
    identifier = f"{time.strftime('%m%d-%H%M%S', time.gmtime())}-{number:08d}"
    made = {
        "cluster_id": identifier,
        "workspace": workspace,
        "creator_user_name": caller.principal,
        "cluster_source": "API",
        "spark_context_id": number,
        "is_pinned": False,
        "start_time": now_ms(),
        "state": _RUNNING,
        "state_message": "",
        "said": said,
    }
    cloud.store.put(_KIND, identifier, made)
    acl.create(cloud, caller, _ACL, identifier)
    return {"cluster_id": identifier}


@router.get("/get")
def get(cluster_id: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """One cluster, with the fields that Databricks adds."""
    return _shown(_require(cloud, caller, cluster_id, "CAN_ATTACH_TO"))


@dataclass(frozen=True)
class Wanted:
    """The clusters that a list is asked for, and its page."""

    page_size: Annotated[int, Query()] = 20
    page_token: Annotated[str | None, Query()] = None
    is_pinned: Annotated[bool | None, Query(alias="filter_by.is_pinned")] = None
    policy_id: Annotated[str | None, Query(alias="filter_by.policy_id")] = None
    states: Annotated[tuple[str, ...], Query(alias="filter_by.cluster_states")] = ()

    def has(self, held: Document) -> bool:
        """Whether a cluster is one of them."""
        asked = ((self.is_pinned, held["is_pinned"]), (self.policy_id, held["said"].get("policy_id")))
        return all(wanted in (None, own) for wanted, own in asked) and held["state"] in (
            self.states or (held["state"],)
        )


@router.get("/list", dependencies=[Depends(require_known)])
def list_clusters(wanted: Annotated[Wanted, Depends()], cloud: CloudDep, caller: CallerDep) -> Document:
    """The clusters that the caller may attach to, in pages. Job clusters are not listed."""
    workspace = caller.require_workspace().name
    own = {each["cluster_id"]: each for each in cloud.store.all(_KIND) if each["workspace"] == workspace}
    names = [n for n, each in own.items() if wanted.has(each) and acl.allows(cloud, caller, _ACL, n, "CAN_ATTACH_TO")]
    shown, following = page(names, wanted.page_size, wanted.page_token)
    return {"clusters": [_shown(own[name]) for name in shown]} | ({"next_page_token": following} if following else {})


@router.post("/edit")
def edit(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Replace a cluster's settings; omitted ones return to their default. A running cluster is restarted."""
    held = _named(cloud, caller, body, "CAN_MANAGE")
    said = _usable(cloud, caller, {name: value for name, value in body.items() if name != "cluster_id"})
    _keep(cloud, held, said=said)
    return {}


@router.post("/start")
def start(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Start a terminated cluster. 400 INVALID_STATE if it is running."""
    held = _named(cloud, caller, body, "CAN_RESTART")
    if held["state"] == _RUNNING:
        raise ApiError(400, "INVALID_STATE", f"Cluster {held['cluster_id']} is in unexpected state Running.")
    _keep(cloud, held, state=_RUNNING, start_time=now_ms())
    return {}


@router.post("/restart")
def restart(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Restart a running cluster. 400 INVALID_STATE if it is not running."""
    held = _named(cloud, caller, body, "CAN_RESTART")
    if held["state"] != _RUNNING:
        raise ApiError(400, "INVALID_STATE", f"Cluster {held['cluster_id']} is in unexpected state Terminated.")
    _keep(cloud, held, start_time=now_ms())
    return {}


@router.post("/delete")
def terminate(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Terminate a cluster. It stays listed and can be started again."""
    _keep(cloud, _named(cloud, caller, body, "CAN_RESTART"), state=_TERMINATED)
    return {}


@router.post("/permanent-delete")
def delete(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Delete a cluster permanently."""
    identifier = _named(cloud, caller, body, "CAN_MANAGE")["cluster_id"]
    cloud.store.delete(_KIND, identifier)
    acl.delete(cloud, _ACL, identifier)
    return {}


@router.post("/pin")
def pin(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Pin a cluster, which keeps it in the list. Admin only."""
    caller.require_workspace_admin("pin clusters")
    _keep(cloud, _named(cloud, caller, body, "CAN_MANAGE"), is_pinned=True)
    return {}


@router.post("/unpin")
def unpin(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Unpin a cluster. Admin only."""
    caller.require_workspace_admin("unpin clusters")
    _keep(cloud, _named(cloud, caller, body, "CAN_MANAGE"), is_pinned=False)
    return {}


def _usable(cloud: Cloud, caller: Caller, body: Document) -> Document:
    """A request's settings, with the policy's values if requested. Raises `ApiError` 400 and 403."""
    body = dict(body)
    filled = body.pop("apply_policy_default_values", False)
    policy = cloud.store.get("cluster_policy", str(body.get("policy_id"))) if filled else None
    said = policies.with_defaults(policies.parse(policy["definition"]), body) if policy else body
    found = list(clusters.problems(said))
    if found:
        raise bad_request(f"The cluster has {len(found)} problem(s): {'; '.join(found)}.")
    try:
        check(cloud, caller, said)
    except ClusterDeniedError as error:
        raise denied(str(error)) from error
    except ClusterRefusedError as error:
        raise bad_request(str(error)) from error
    return said


def _named(cloud: Cloud, caller: Caller, body: Document, level: str) -> Document:
    return _require(cloud, caller, required(body, "cluster_id"), level)


def _require(cloud: Cloud, caller: Caller, identifier: str, level: str) -> Document:
    """The cluster. Raises `ApiError` 400, which clients read as 404, and 403 below `level`."""
    found = cloud.store.get(_KIND, identifier)
    if found is None or found["workspace"] != caller.require_workspace().name:
        raise bad_request(f"Cluster {identifier} does not exist")
    acl.require(cloud, caller, _ACL, identifier, level)
    return found


def _keep(cloud: Cloud, held: Document, **changes: object) -> None:
    cloud.store.put(_KIND, held["cluster_id"], held | changes)


def _shown(held: Document) -> Document:
    own = {name: value for name, value in held.items() if name not in ("said", "workspace", "is_pinned")}
    said = clusters.with_defaults(held["said"])
    tags = {
        "Vendor": "Databricks",
        "Creator": held["creator_user_name"],
        "ClusterName": said["cluster_name"],
        "ClusterId": held["cluster_id"],
    }
    return own | said | {"default_tags": tags, "spec": held["said"]}
