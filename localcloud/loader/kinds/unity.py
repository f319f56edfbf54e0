"""Catalogs, schemas, volumes, files and bindings of Unity Catalog."""

from collections.abc import Callable

from localcloud.loader.errors import NotFoundError
from localcloud.loader.kinds.kind import Attributes, Call, Kind
from localcloud.loader.session import Session

_UNITY = "/api/2.1/unity-catalog"
_PLACE = ("name", "catalog_name", "schema_name")
# Set once the resource exists; Terraform's own option is not sent.
_LATER = ("owner", "isolation_mode", "enable_predictive_optimization")
_OWN = ("force_destroy",)


def _path(collection: str, call: Call) -> str:
    names = [call.arguments[part] for part in ("catalog_name", "schema_name", "name") if part in call.arguments]
    return f"{_UNITY}/{collection}/{'.'.join(names)}"


def _creator(collection: str) -> Callable[[Call], Attributes]:
    def create(call: Call) -> Attributes:
        call.session.post(f"{_UNITY}/{collection}", call.rest(*_LATER, *_OWN))
        later, path = call.body(*_LATER), _path(collection, call)
        if later:
            call.session.patch(path, later)
        return _attributes(path)

    return create


def _finder(collection: str) -> Callable[[Call], Attributes | None]:
    def find(call: Call) -> Attributes | None:
        try:
            call.session.get(_path(collection, call))
        except NotFoundError:
            return None
        return _attributes(_path(collection, call))

    return find


def _attributes(path: str) -> Attributes:
    return {"id": path.rsplit("/", 1)[-1], "path": path}


def _update(call: Call, state: Attributes) -> Attributes:
    # A comment that the document no longer has is cleared.
    call.session.patch(state["path"], {"comment": "", **call.rest(*_PLACE, "volume_type", "storage_root", *_OWN)})
    return state


def _delete(session: Session, state: Attributes) -> None:
    session.delete(state["path"], force=str(bool(state.get("force_destroy"))).lower())


def _delete_catalog(session: Session, state: Attributes) -> None:
    """Like the provider: its binding may be gone by now, so an isolated catalog is bound again first."""
    if state.get("isolation_mode") == "ISOLATED":
        here = session.get(f"{_UNITY}/current-metastore-assignment")["workspace_id"]
        session.patch(f"{_UNITY}/workspace-bindings/catalogs/{state['name']}", {"assign_workspaces": [here]})
    _delete(session, state)


def securable(collection: str, *replace_on: str, delete: Callable[[Session, Attributes], object] = _delete) -> Kind:
    """A securable with a three-level name."""
    return Kind(
        create=_creator(collection),
        update=_update,
        delete=delete,
        find=_finder(collection),
        replace_on=(*_PLACE, *replace_on),
        identity=_PLACE,
    )


def _upload(call: Call) -> Attributes:
    path = call.arguments["path"]
    call.session.upload(f"/api/2.0/fs/files{path}", (call.folder / call.arguments["source"]).read_bytes())
    return {"id": path}


def _bind(call: Call) -> Attributes:
    kind, name = call.arguments["securable_type"], call.arguments["securable_name"]
    binding = call.body("workspace_id", "binding_type")
    call.session.patch(f"{_UNITY}/bindings/{kind}/{name}", {"add": [binding]})
    return {"id": f"{binding['workspace_id']}|{kind}|{name}", "binding": binding}


def _unbind(session: Session, state: Attributes) -> None:
    _, kind, name = state["id"].split("|")
    session.patch(f"{_UNITY}/bindings/{kind}/{name}", {"remove": [state["binding"]]})


KINDS = {
    "databricks_catalog": securable("catalogs", "storage_root", delete=_delete_catalog),
    "databricks_schema": securable("schemas", "storage_root"),
    "databricks_volume": securable("volumes", "volume_type", "storage_location"),
    "databricks_registered_model": securable("models", "storage_location"),
    "databricks_storage_credential": securable("storage-credentials"),
    "databricks_external_location": securable("external-locations"),
    "databricks_file": Kind(
        create=_upload,
        delete=lambda session, state: session.delete(f"/api/2.0/fs/files{state['id']}"),
        identity=("path",),
    ),
    "databricks_workspace_binding": Kind(
        create=_bind, delete=_unbind, identity=("workspace_id", "securable_type", "securable_name")
    ),
}
