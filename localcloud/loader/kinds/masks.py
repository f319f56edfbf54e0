"""Tags on columns, and the policies that hide what they mark."""

from localcloud.loader.kinds.kind import Attributes, Call, Kind
from localcloud.loader.session import Session

_UNITY = "/api/2.1/unity-catalog"


def _tag(call: Call) -> Attributes:
    call.session.post(f"{_UNITY}/entity-tag-assignments", call.rest())
    name, key = call.arguments["entity_name"], call.arguments["tag_key"]
    kind = call.arguments["entity_type"]
    return {"id": f"{kind},{name},{key}", "path": f"{_UNITY}/entity-tag-assignments/{kind}/{name}/tags/{key}"}


def _policy(call: Call) -> Attributes:
    answer = call.session.post(f"{_UNITY}/policies", call.rest())
    kind, on, name = (call.arguments[part] for part in ("on_securable_type", "on_securable_fullname", "name"))
    return {"id": answer["id"], "path": f"{_UNITY}/policies/{kind}/{on}/{name}"}


def _change_policy(call: Call, state: Attributes) -> Attributes:
    call.session.patch(state["path"], call.rest())
    return state


def _delete(session: Session, state: Attributes) -> None:
    session.delete(state["path"])


KINDS = {
    "databricks_entity_tag_assignment": Kind(
        create=_tag, delete=_delete, identity=("entity_type", "entity_name", "tag_key")
    ),
    "databricks_policy_info": Kind(
        create=_policy,
        update=_change_policy,
        delete=_delete,
        replace_on=("on_securable_type", "on_securable_fullname", "name", "policy_type"),
        identity=("on_securable_type", "on_securable_fullname", "name"),
    ),
}
