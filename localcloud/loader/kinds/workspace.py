"""Workspace objects other than jobs: folders, secrets, queries, alerts, destinations, dashboards."""

from collections.abc import Callable

from localcloud.loader.kinds.compute import named
from localcloud.loader.kinds.kind import Attributes, Call, Kind, keep
from localcloud.loader.session import Session

_SECRETS = "/api/2.0/secrets"
_ADDRESSES = "/api/2.0/ip-access-lists"
_DASHBOARDS = "/api/2.0/lakeview/dashboards"


def _make_directory(call: Call) -> Attributes:
    call.session.post("/api/2.0/workspace/mkdirs", {"path": call.arguments["path"]})
    return {"id": call.arguments["path"]}


def _make_file(call: Call) -> Attributes:
    path = call.arguments["path"]
    body = {"path": path, "content": call.arguments["content_base64"], "format": "AUTO", "overwrite": True}
    call.session.post("/api/2.0/workspace/import", body)
    return {"id": path, "path": path, "workspace_path": f"/Workspace{path}"}


def _delete_file(session: Session, state: Attributes) -> None:
    session.post("/api/2.0/workspace/delete", {"path": state["id"]})


def _kept(path: str, listed: str, wrapper: str | None = None) -> Kind:
    """An object that is kept as declared; its body is inside `wrapper` if there is one."""

    def body(call: Call) -> dict[str, object]:
        fields = {**call.rest("parameter"), **call.body(parameters="parameter")}
        return {wrapper: fields} if wrapper else fields

    def create(call: Call) -> Attributes:
        return {"id": call.session.post(path, body(call))["id"]}

    def update(call: Call, state: Attributes) -> Attributes:
        call.session.patch(f"{path}/{state['id']}", body(call))
        return state

    def delete(session: Session, state: Attributes) -> None:
        session.delete(f"{path}/{state['id']}")

    find = named(path, listed, "id", "display_name")
    return Kind(create=create, update=update, find=find, delete=delete, identity=("display_name",))


def _draft(call: Call) -> dict[str, object]:
    body = call.body("display_name", "warehouse_id", "parent_path", "serialized_dashboard")
    if "file_path" in call.arguments:
        body["serialized_dashboard"] = (call.folder / call.arguments["file_path"]).read_text(encoding="utf-8")
    return body


def _published(call: Call, identifier: str) -> Attributes:
    call.session.post(f"{_DASHBOARDS}/{identifier}/published", call.body("warehouse_id", "embed_credentials"))
    return {"id": identifier}


def _create_dashboard(call: Call) -> Attributes:
    return _published(call, call.session.post(_DASHBOARDS, _draft(call))["dashboard_id"])


def _update_dashboard(call: Call, state: Attributes) -> Attributes:
    call.session.patch(f"{_DASHBOARDS}/{state['id']}", _draft(call))
    return _published(call, state["id"])


def _create_scope(call: Call) -> Attributes:
    call.session.post(f"{_SECRETS}/scopes/create", call.body("initial_manage_principal", scope="name"))
    return {"id": call.arguments["name"]}


def _create_addresses(call: Call) -> Attributes:
    made = call.session.post(_ADDRESSES, call.rest("enabled"))["ip_access_list"]
    return _change_addresses(call, {"id": made["list_id"]}) if "enabled" in call.arguments else {"id": made["list_id"]}


def _change_addresses(call: Call, state: Attributes) -> Attributes:
    call.session.put(f"{_ADDRESSES}/{state['id']}", call.rest())
    return state


def _setting(path: str, *fields: str) -> Callable[[Call], Attributes]:
    """Sets `fields` with one idempotent call; the first two of them identify the object."""

    def apply(call: Call) -> Attributes:
        call.session.post(f"{_SECRETS}/{path}", call.body(*fields))
        return {"id": "|||".join(str(call.arguments[name]) for name in fields[:2])}

    return apply


def _unsetting(path: str, *fields: str) -> Callable[[Session, Attributes], object]:
    return lambda session, state: session.post(f"{_SECRETS}/{path}", {name: state[name] for name in fields})


_put_secret = _setting("put", "scope", "key", "string_value")
_put_acl = _setting("acls/put", "scope", "principal", "permission")

KINDS = {
    "databricks_directory": Kind(create=_make_directory, delete=keep, identity=("path",)),
    "databricks_workspace_file": Kind(
        create=_make_file,
        update=lambda call, _: _make_file(call),
        delete=_delete_file,
        replace_on=("path",),
        identity=("path",),
    ),
    "databricks_query": _kept("/api/2.0/sql/queries", "results", "query"),
    "databricks_alert": _kept("/api/2.0/sql/alerts", "results", "alert"),
    "databricks_alert_v2": _kept("/api/2.0/alerts", "alerts"),
    "databricks_notification_destination": _kept("/api/2.0/notification-destinations", "results"),
    "databricks_dashboard": Kind(
        create=_create_dashboard,
        update=_update_dashboard,
        find=named(_DASHBOARDS, "dashboards", "dashboard_id", "display_name"),
        delete=lambda session, state: session.delete(f"{_DASHBOARDS}/{state['id']}"),
        replace_on=("parent_path",),
        identity=("display_name",),
    ),
    "databricks_ip_access_list": Kind(
        create=_create_addresses,
        update=_change_addresses,
        find=named(_ADDRESSES, "ip_access_lists", "list_id", "label"),
        delete=lambda session, state: session.delete(f"{_ADDRESSES}/{state['id']}"),
        identity=("label",),
    ),
    "databricks_secret_scope": Kind(
        create=_create_scope,
        find=named(f"{_SECRETS}/scopes/list", "scopes", "name"),
        delete=lambda session, state: session.post(f"{_SECRETS}/scopes/delete", {"scope": state["id"]}),
    ),
    "databricks_secret": Kind(
        create=_put_secret,
        update=lambda call, _: _put_secret(call),
        delete=_unsetting("delete", "scope", "key"),
        replace_on=("scope", "key"),
        identity=("scope", "key"),
    ),
    "databricks_secret_acl": Kind(
        create=_put_acl,
        update=lambda call, _: _put_acl(call),
        delete=_unsetting("acls/delete", "scope", "principal"),
        replace_on=("scope", "principal"),
        identity=("scope", "principal"),
    ),
}
