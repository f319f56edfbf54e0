"""Groups, service principals and memberships, by SCIM."""

from typing import Any

from localcloud.loader.kinds.kind import Attributes, Call, Kind
from localcloud.loader.session import Session

_SCIM = "/api/2.0/preview/scim/v2"


def _create_group(call: Call) -> Attributes:
    found = call.session.post(f"{_SCIM}/Groups", {"displayName": call.arguments["display_name"]})
    return {"id": found["id"]}


def _create_principal(call: Call) -> Attributes:
    body = {"displayName": call.arguments["display_name"], "active": True}
    found = call.session.post(f"{_SCIM}/ServicePrincipals", body)
    return {"id": found["id"], "application_id": found["applicationId"]}


def _create_user(call: Call) -> Attributes:
    body = {"userName": call.arguments["user_name"], "displayName": call.arguments.get("display_name", "")}
    return {"id": call.session.post(f"{_SCIM}/Users", body)["id"]}


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


KINDS = {
    "databricks_group": Kind(
        create=_create_group,
        delete=lambda session, state: session.delete(f"{_SCIM}/Groups/{state['id']}"),
    ),
    "databricks_service_principal": Kind(
        create=_create_principal,
        delete=lambda session, state: session.delete(f"{_SCIM}/ServicePrincipals/{state['id']}"),
    ),
    "databricks_user": Kind(
        create=_create_user, delete=lambda session, state: session.delete(f"{_SCIM}/Users/{state['id']}")
    ),
    "databricks_group_member": Kind(create=_create_member, delete=_delete_member),
}
