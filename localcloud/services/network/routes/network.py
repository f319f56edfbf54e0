"""The account's network policies and connectivity configurations, and their workspaces. Admin only."""

import re
import uuid
from typing import Annotated

from fastapi import APIRouter, Depends

from localcloud.kernel.body import JsonBody, required
from localcloud.kernel.clock import now_ms
from localcloud.kernel.cloud import Cloud, CloudDep
from localcloud.kernel.errors import bad_request, exists, not_found
from localcloud.kernel.identity import Caller, admin_to
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.store import Document
from localcloud.services.network.reach import CONFIGURATION, POLICY, RULE, WORKSPACE

PARITY = Parity(Level.EXECUTED, "https://docs.databricks.com/api/azure/account/networkpolicies")

Admin = Annotated[Caller, Depends(admin_to("change the account's network"))]
router = APIRouter(prefix="/api/2.0/accounts/{account_id}")
_MODES = ("FULL_ACCESS", "RESTRICTED_ACCESS")
_PARTS = ("blob", "dfs")
# By the API's pages: the id of a policy, and the name of a connectivity configuration.
_POLICY_ID = re.compile(r"[a-zA-Z0-9_.-]{1,32}")
_CONFIGURATION_NAME = re.compile(r"[0-9a-zA-Z_-]{3,30}")


@router.post("/network-policies")
def create_policy(account_id: str, body: JsonBody, cloud: CloudDep, _: Admin) -> Document:
    """Create an egress policy with the caller's id."""
    policy_id = str(required(body, "network_policy_id"))
    if not _POLICY_ID.fullmatch(policy_id):
        raise bad_request(f"network_policy_id '{policy_id}' is not 1 to 32 letters, digits, and any of - _ .")
    if cloud.store.get(POLICY, policy_id) is not None:
        raise exists(f"Network policy '{policy_id}' already exists.")
    return _keep_policy(cloud, account_id, policy_id, body)


@router.get("/network-policies")
def list_policies(cloud: CloudDep, _: Admin) -> Document:
    """Every policy."""
    return {"items": cloud.store.all(POLICY)}


@router.get("/network-policies/{policy_id}")
def get_policy(policy_id: str, cloud: CloudDep, _: Admin) -> Document:
    """One policy."""
    return _found(cloud, POLICY, policy_id)


@router.put("/network-policies/{policy_id}")
def replace_policy(account_id: str, policy_id: str, body: JsonBody, cloud: CloudDep, _: Admin) -> Document:
    """Replace a policy's rules."""
    _found(cloud, POLICY, policy_id)
    return _keep_policy(cloud, account_id, policy_id, body)


@router.delete("/network-policies/{policy_id}")
def delete_policy(policy_id: str, cloud: CloudDep, _: Admin) -> Document:
    """Delete a policy. Refused while a workspace uses it."""
    _found(cloud, POLICY, policy_id)
    users = [each["workspace_id"] for each in cloud.store.all(WORKSPACE) if each.get("network_policy_id") == policy_id]
    if users:
        raise bad_request(f"Network policy '{policy_id}' is in use by workspaces {users}: give them another one first.")
    cloud.store.delete(POLICY, policy_id)
    return {}


@router.get("/workspaces/{workspace_id}/network")
def get_option(workspace_id: int, cloud: CloudDep, _: Admin) -> Document:
    """The policy of a workspace."""
    held = _of_workspace(cloud, workspace_id).get("network_policy_id", "default-policy")
    return {"workspace_id": workspace_id, "network_policy_id": held}


@router.put("/workspaces/{workspace_id}/network")
def set_option(workspace_id: int, body: JsonBody, cloud: CloudDep, _: Admin) -> Document:
    """Assign a policy to a workspace; `default-policy` removes it."""
    policy_id = str(required(body, "network_policy_id"))
    if policy_id != "default-policy":
        _found(cloud, POLICY, policy_id)
    _change_workspace(cloud, workspace_id, network_policy_id=policy_id)
    return {"workspace_id": workspace_id, "network_policy_id": policy_id}


@router.patch("/workspaces/{workspace_id}")
def change_workspace(workspace_id: int, body: JsonBody, cloud: CloudDep, _: Admin) -> Document:
    """Bind the workspace to a connectivity configuration."""
    configuration = str(required(body, "network_connectivity_config_id"))
    _found(cloud, CONFIGURATION, configuration)
    return _change_workspace(cloud, workspace_id, network_connectivity_config_id=configuration)


@router.get("/workspaces/{workspace_id}")
def get_workspace(workspace_id: int, cloud: CloudDep, _: Admin) -> Document:
    """The network settings of a workspace."""
    return {**_of_workspace(cloud, workspace_id), "workspace_id": workspace_id, "workspace_status": "RUNNING"}


@router.post("/network-connectivity-configs")
def create_configuration(account_id: str, body: JsonBody, cloud: CloudDep, _: Admin) -> Document:
    """Create a connectivity configuration for private endpoint rules."""
    name, region = required(body, "name", "region")
    if not _CONFIGURATION_NAME.fullmatch(str(name)):
        raise bad_request(f"name '{name}' is not 3 to 30 letters, digits, - and _.")
    at_ms = now_ms()
    made: Document = {
        "network_connectivity_config_id": str(uuid.uuid4()),
        "account_id": account_id,
        "name": name,
        "region": region,
        "creation_time": at_ms,
        "updated_time": at_ms,
    }
    cloud.store.put(CONFIGURATION, made["network_connectivity_config_id"], made)
    return made


@router.get("/network-connectivity-configs/{configuration}")
def get_configuration(configuration: str, cloud: CloudDep, _: Admin) -> Document:
    """One configuration."""
    return _found(cloud, CONFIGURATION, configuration)


@router.delete("/network-connectivity-configs/{configuration}")
def delete_configuration(configuration: str, cloud: CloudDep, _: Admin) -> Document:
    """Delete a configuration with its rules."""
    _found(cloud, CONFIGURATION, configuration)
    for rule in cloud.store.all(RULE):
        if rule["network_connectivity_config_id"] == configuration:
            cloud.store.delete(RULE, rule["rule_id"])
    cloud.store.delete(CONFIGURATION, configuration)
    return {}


@router.post("/network-connectivity-configs/{configuration}/private-endpoint-rules")
def create_rule(configuration: str, body: JsonBody, cloud: CloudDep, _: Admin) -> Document:
    """Create a private endpoint rule for one part of a storage account. It is established at once."""
    _found(cloud, CONFIGURATION, configuration)
    resource_id, part = required(body, "resource_id", "group_id")
    if part not in _PARTS:
        raise bad_request(f"group_id '{part}' is not kept locally; known: {', '.join(_PARTS)}.")
    made: Document = {
        "rule_id": str(uuid.uuid4()),
        "network_connectivity_config_id": configuration,
        "resource_id": resource_id,
        "group_id": part,
        "connection_state": "ESTABLISHED",
    }
    cloud.store.put(RULE, made["rule_id"], made)
    return made


@router.get("/network-connectivity-configs/{configuration}/private-endpoint-rules/{rule_id}")
def get_rule(configuration: str, rule_id: str, cloud: CloudDep, _: Admin) -> Document:
    """One rule."""
    _found(cloud, CONFIGURATION, configuration)
    return _found(cloud, RULE, rule_id)


@router.delete("/network-connectivity-configs/{configuration}/private-endpoint-rules/{rule_id}")
def delete_rule(configuration: str, rule_id: str, cloud: CloudDep, _: Admin) -> Document:
    """Delete a rule and its private endpoint."""
    found = get_rule(configuration, rule_id, cloud, _)
    cloud.store.delete(RULE, rule_id)
    return found


def _keep_policy(cloud: Cloud, account_id: str, policy_id: str, body: Document) -> Document:
    """Store the policy as given, with its account, which the answer always contains."""
    mode = ((body.get("egress") or {}).get("network_access") or {}).get("restriction_mode", "FULL_ACCESS")
    if mode not in _MODES:
        raise bad_request(f"restriction_mode '{mode}' is not one of {', '.join(_MODES)}.")
    made = {"account_id": account_id, **body, "network_policy_id": policy_id}
    cloud.store.put(POLICY, policy_id, made)
    return made


def _found(cloud: Cloud, kind: str, key: str) -> Document:
    found = cloud.store.get(kind, key)
    if found is None:
        raise not_found(f"{kind.replace('_', ' ').capitalize()} '{key}' does not exist.")
    return found


def _of_workspace(cloud: Cloud, workspace_id: int) -> Document:
    if workspace_id not in {workspace.workspace_id for workspace in cloud.workspaces()}:
        raise not_found(f"Workspace {workspace_id} does not exist.")
    return cloud.store.get(WORKSPACE, str(workspace_id)) or {}


def _change_workspace(cloud: Cloud, workspace_id: int, **changes: str) -> Document:
    with cloud.store.transaction():
        changed = {**_of_workspace(cloud, workspace_id), "workspace_id": workspace_id, **changes}
        cloud.store.put(WORKSPACE, str(workspace_id), changed)
    return changed
