"""Tags on columns, their allowed values, and the policies that mask tagged columns."""

from localcloud.loader.kinds.kind import Attributes, Call, Kind
from localcloud.loader.session import Session

_UNITY, _TAGS = "/api/2.1/unity-catalog", "/api/2.1/tag-policies"


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


def _tag_policy(call: Call) -> Attributes:
    call.session.post(_TAGS, call.rest())
    return _governed(call)


def _change_tag_policy(call: Call, state: Attributes) -> Attributes:
    call.session.patch(f"{state['path']}?update_mask=*", call.rest("tag_key"))
    return state


def _find_tag_policy(call: Call) -> Attributes | None:
    held = [each["tag_key"] for each in call.session.get(_TAGS)["tag_policies"]]
    return _governed(call) if call.arguments["tag_key"] in held else None


def _governed(call: Call) -> Attributes:
    key = call.arguments["tag_key"]
    return {"id": key, "path": f"{_TAGS}/{key}"}


def _delete(session: Session, state: Attributes) -> None:
    session.delete(state["path"])


KINDS = {
    "databricks_entity_tag_assignment": Kind(
        create=_tag, delete=_delete, identity=("entity_type", "entity_name", "tag_key")
    ),
    "databricks_tag_policy": Kind(
        create=_tag_policy,
        update=_change_tag_policy,
        find=_find_tag_policy,
        delete=_delete,
        replace_on=("tag_key",),
        identity=("tag_key",),
    ),
    "databricks_policy_info": Kind(
        create=_policy,
        update=_change_policy,
        delete=_delete,
        replace_on=("on_securable_type", "on_securable_fullname", "name", "policy_type"),
        identity=("on_securable_type", "on_securable_fullname", "name"),
    ),
}
