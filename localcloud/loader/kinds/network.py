"""The account's network: egress policies, connectivity configurations, and their assignment to workspaces."""

from typing import Any

from localcloud.loader.kinds.kind import Attributes, Call, Kind, keep

# The local cloud has one account, whatever its id.
_ACCOUNT = "/api/2.0/accounts/local"
_POLICIES, _CONFIGURATIONS = f"{_ACCOUNT}/network-policies", f"{_ACCOUNT}/network-connectivity-configs"


def _create_policy(call: Call) -> Attributes:
    return {"id": call.session.post(_POLICIES, call.rest())["network_policy_id"]}


def _replace_policy(call: Call, state: Attributes) -> Attributes:
    call.session.put(f"{_POLICIES}/{state['id']}", call.rest())
    return {"id": state["id"]}


def _choose_policy(call: Call) -> Attributes:
    workspace = str(call.arguments["workspace_id"])
    call.session.put(f"{_ACCOUNT}/workspaces/{workspace}/network", call.body("network_policy_id"))
    return {"id": workspace}


def _let_policy_go(session: Any, state: Attributes) -> None:
    session.put(f"{_ACCOUNT}/workspaces/{state['id']}/network", {"network_policy_id": "default-policy"})


def _create_configuration(call: Call) -> Attributes:
    made = call.session.post(_CONFIGURATIONS, call.rest())["network_connectivity_config_id"]
    return {"id": made, "network_connectivity_config_id": made}


def _bind(call: Call) -> Attributes:
    workspace = str(call.arguments["workspace_id"])
    call.session.patch(f"{_ACCOUNT}/workspaces/{workspace}", call.body("network_connectivity_config_id"))
    return {"id": workspace}


def _rules(configuration: str) -> str:
    return f"{_CONFIGURATIONS}/{configuration}/private-endpoint-rules"


def _create_rule(call: Call) -> Attributes:
    path = _rules(call.arguments["network_connectivity_config_id"])
    return {"id": call.session.post(path, call.rest())["rule_id"]}


KINDS = {
    "databricks_account_network_policy": Kind(
        create=_create_policy,
        update=_replace_policy,
        delete=lambda session, state: session.delete(f"{_POLICIES}/{state['id']}"),
        replace_on=("network_policy_id",),
        identity=("network_policy_id",),
    ),
    "databricks_workspace_network_option": Kind(
        create=_choose_policy,
        update=lambda call, _: _choose_policy(call),
        delete=_let_policy_go,
        replace_on=("workspace_id",),
        identity=("workspace_id",),
    ),
    "databricks_mws_network_connectivity_config": Kind(
        create=_create_configuration,
        delete=lambda session, state: session.delete(f"{_CONFIGURATIONS}/{state['id']}"),
    ),
    # Databricks cannot remove a workspace's configuration, only replace it.
    "databricks_mws_ncc_binding": Kind(
        create=_bind, update=lambda call, _: _bind(call), delete=keep, identity=("workspace_id",)
    ),
    "databricks_mws_ncc_private_endpoint_rule": Kind(
        create=_create_rule,
        delete=lambda session, state: session.delete(
            f"{_rules(state['network_connectivity_config_id'])}/{state['id']}"
        ),
        identity=("resource_id", "group_id"),
    ),
}
