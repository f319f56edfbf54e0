"""Users, groups, service principals, memberships and workspace assignments."""

from typing import Any

from localcloud.loader.kinds.kind import Attributes, Call, Kind
from localcloud.loader.session import Session

_SCIM = "/api/2.0/preview/scim/v2"
_ASSIGNMENTS = "/api/2.0/preview/permissionassignments/principals"
# The local cloud has one account, whatever its id.
_ACCOUNT = "/api/2.0/accounts/local"
# Terraform's argument for each entitlement, and its SCIM name.
_ENTITLEMENTS = {
    "allow_cluster_create": "allow-cluster-create",
    "allow_instance_pool_create": "allow-instance-pool-create",
    "databricks_sql_access": "databricks-sql-access",
    "workspace_access": "workspace-access",
}
# The principal attributes that other resources set.
_HELD = ("members", "groups", "roles")
_FIELDS = {
    "display_name": "displayName",
    "user_name": "userName",
    "application_id": "applicationId",
    "external_id": "externalId",
    "active": "active",
}


def _body(call: Call) -> dict[str, Any]:
    held = [{"value": name} for switch, name in _ENTITLEMENTS.items() if call.arguments.get(switch)]
    known = {rest: call.arguments[name] for name, rest in _FIELDS.items() if name in call.arguments}
    return known | ({"entitlements": held} if held else {})


def _directory(collection: str, key: str) -> Kind:
    """One kind of principal. `key` is its unique argument."""
    path = f"{_SCIM}/{collection}"
    active = {} if collection == "Groups" else {"active": True}

    def create(call: Call) -> Attributes:
        return _attributes(call.session.post(path, {**active, **_body(call)}))

    def update(call: Call, state: Attributes) -> Attributes:
        """Like the provider: reads the parts that it does not manage here, and sends them again."""
        one = f"{path}/{state['id']}"
        held = {name: value for name, value in call.session.get(one).items() if name in _HELD and value}
        return _attributes(call.session.put(one, {**held, **active, **_body(call)}))

    def find(call: Call) -> Attributes | None:
        wanted = f'{_FIELDS[key]} eq "{call.arguments[key]}"'
        held = call.session.get(path, filter=wanted).get("Resources", [])
        return _attributes(held[0]) if held else None

    def delete(session: Session, state: Attributes) -> None:
        session.delete(f"{path}/{state['id']}")

    return Kind(create=create, update=update, find=find, delete=delete, identity=(key,))


def _attributes(found: dict[str, Any]) -> Attributes:
    return {"id": found["id"]} | ({"application_id": found["applicationId"]} if "applicationId" in found else {})


def _members(session: Session, group: str, operation: dict[str, Any]) -> None:
    body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [operation]}
    session.patch(f"{_SCIM}/Groups/{group}", body)


def _create_member(call: Call) -> Attributes:
    group, member = call.arguments["group_id"], call.arguments["member_id"]
    _members(call.session, group, {"op": "add", "path": "members", "value": [{"value": member}]})
    return {"id": f"{group}|{member}"}


def _delete_member(session: Session, state: Attributes) -> None:
    group, member = state["id"].split("|")
    _members(session, group, {"op": "remove", "path": f'members[value eq "{member}"]'})


def _assign(call: Call) -> Attributes:
    principal = str(call.arguments["principal_id"])
    call.session.put(f"{_ASSIGNMENTS}/{principal}", call.body("permissions"))
    return {"id": principal}


def _assign_in(call: Call) -> Attributes:
    workspace, principal = call.arguments["workspace_id"], call.arguments["principal_id"]
    path = f"{_ACCOUNT}/workspaces/{workspace}/permissionassignments/principals/{principal}"
    call.session.put(path, call.body("permissions"))
    return {"id": f"{workspace}|{principal}", "path": path}


KINDS = {
    "databricks_group": _directory("Groups", "display_name"),
    "databricks_service_principal": _directory("ServicePrincipals", "display_name"),
    "databricks_user": _directory("Users", "user_name"),
    "databricks_group_member": Kind(create=_create_member, delete=_delete_member, identity=("group_id", "member_id")),
    "databricks_mws_permission_assignment": Kind(
        create=_assign_in,
        update=lambda call, _: _assign_in(call),
        delete=lambda session, state: session.delete(state["path"]),
        replace_on=("workspace_id", "principal_id"),
        identity=("workspace_id", "principal_id"),
    ),
    "databricks_permission_assignment": Kind(
        create=_assign,
        update=lambda call, _: _assign(call),
        delete=lambda session, state: session.delete(f"{_ASSIGNMENTS}/{state['id']}"),
        replace_on=("principal_id",),
        identity=("principal_id",),
    ),
}
