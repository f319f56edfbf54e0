"""Catalogs, schemas, volumes, files and bindings of Unity Catalog."""

from collections.abc import Callable

from localcloud.loader.kinds.kind import Attributes, Call, Kind
from localcloud.loader.session import Session

_UNITY = "/api/2.1/unity-catalog"
_PLACE = ("name", "catalog_name", "schema_name", "volume_type")
_ABOUT = ("comment", "owner", "isolation_mode")


def _creator(collection: str, identifier: str) -> Callable[[Call], Attributes]:
    def create(call: Call) -> Attributes:
        found = call.session.post(f"{_UNITY}/{collection}", call.body(*_PLACE, "comment"))
        path = f"{_UNITY}/{collection}/{found[identifier]}"
        later = call.body("owner", "isolation_mode")
        if later:
            call.session.patch(path, later)
        return {"id": found[identifier], "name": found["name"], "path": path}

    return create


def _update(call: Call, state: Attributes) -> Attributes:
    call.session.patch(state["path"], call.body(*_ABOUT))
    return state


def _delete(session: Session, state: Attributes) -> None:
    session.delete(state["path"], force="true")


def _securable(collection: str, identifier: str = "full_name") -> Kind:
    return Kind(create=_creator(collection, identifier), update=_update, delete=_delete, replace_on=_PLACE)


def _upload(call: Call) -> Attributes:
    path = call.arguments["path"]
    call.session.upload(f"/api/2.0/fs/files{path}", (call.folder / call.arguments["source"]).read_bytes())
    return {"id": path, "path": path}


def _bind(call: Call) -> Attributes:
    kind, name = call.arguments["securable_type"], call.arguments["securable_name"]
    binding = call.body("workspace_id", "binding_type")
    call.session.patch(f"{_UNITY}/bindings/{kind}/{name}", {"add": [binding]})
    return {"id": f"{binding['workspace_id']}|{kind}|{name}", "binding": binding}


def _unbind(session: Session, state: Attributes) -> None:
    _, kind, name = state["id"].split("|")
    session.patch(f"{_UNITY}/bindings/{kind}/{name}", {"remove": [state["binding"]]})


KINDS = {
    "databricks_catalog": _securable("catalogs", "name"),
    "databricks_schema": _securable("schemas"),
    "databricks_volume": _securable("volumes"),
    "databricks_file": Kind(
        create=_upload, delete=lambda session, state: session.delete(f"/api/2.0/fs/files{state['path']}")
    ),
    "databricks_workspace_binding": Kind(create=_bind, delete=_unbind),
}
