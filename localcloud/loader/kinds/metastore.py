"""The metastore, its workspaces, its system schemas, and the roles on an account's objects."""

from typing import Any

from localcloud.loader.errors import NotFoundError
from localcloud.loader.kinds.kind import Attributes, Call, Kind
from localcloud.loader.session import Session

# The local cloud has one account, whatever its id.
_ACCOUNT = "/api/2.0/accounts/local"
_UNITY = "/api/2.1/unity-catalog"
_RULE_SETS = "/api/2.0/preview/accounts/access-control/rule-sets"
# Terraform's own option is not sent.
_OWN = "force_destroy"


def _metastore(info: dict[str, Any]) -> Attributes:
    return {"id": info["metastore_id"], "metastore_id": info["metastore_id"]}


def _create_metastore(call: Call) -> Attributes:
    """Like the provider: name and region first, everything else with an update."""
    made = call.session.post(f"{_ACCOUNT}/metastores", {"metastore_info": call.body("name", "region")})
    return _update_metastore(call, _metastore(made["metastore_info"]))


def _update_metastore(call: Call, state: Attributes) -> Attributes:
    path = f"{_ACCOUNT}/metastores/{state['id']}"
    return _metastore(call.session.put(path, {"metastore_info": call.rest(_OWN)})["metastore_info"])


def _find_metastore(call: Call) -> Attributes | None:
    found = call.session.get(f"{_ACCOUNT}/metastores")["metastores"]
    return _metastore(found[0]) if found else None


def _assign(call: Call) -> Attributes:
    workspace, metastore = call.arguments["workspace_id"], call.arguments["metastore_id"]
    path = f"{_ACCOUNT}/workspaces/{workspace}/metastores/{metastore}"
    call.session.post(path, {})
    return {"id": f"{workspace}|{metastore}", "path": path}


def _current(session: Session) -> str:
    return str(session.get(f"{_UNITY}/metastore_summary")["metastore_id"])


def _enable(call: Call) -> Attributes:
    metastore, schema = _current(call.session), call.arguments["schema"]
    path = f"{_UNITY}/metastores/{metastore}/systemschemas/{schema}"
    call.session.put(path, {})
    return {"id": f"{metastore}|{schema}", "path": path}


def _rules(call: Call) -> Attributes:
    rule_set = {"name": call.arguments["name"], "etag": "", "grant_rules": call.arguments.get("grant_rules", [])}
    call.session.put(_RULE_SETS, {"name": call.arguments["name"], "rule_set": rule_set})
    return {"id": call.arguments["name"]}


def _clear_rules(session: Session, state: Attributes) -> None:
    session.put(_RULE_SETS, {"name": state["id"], "rule_set": {"name": state["id"], "etag": "", "grant_rules": []}})


def _delete(session: Session, state: Attributes) -> None:
    try:
        session.delete(state["path"])
    except NotFoundError:
        return


KINDS = {
    "databricks_metastore": Kind(
        create=_create_metastore,
        update=_update_metastore,
        find=_find_metastore,
        # The region keeps its metastore: its content belongs to others too.
        delete=lambda _, __: None,
        replace_on=("region",),
    ),
    "databricks_metastore_assignment": Kind(
        create=_assign, delete=_delete, replace_on=("workspace_id", "metastore_id"), identity=("workspace_id",)
    ),
    "databricks_system_schema": Kind(create=_enable, delete=_delete, identity=("schema",)),
    "databricks_access_control_rule_set": Kind(
        create=_rules, update=lambda call, _: _rules(call), delete=_clear_rules, replace_on=("name",)
    ),
}
