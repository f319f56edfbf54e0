"""Versions of registered models for MLflow's `databricks-uc` client: `/mlflow/unity-catalog/model-versions`."""

from fastapi import APIRouter, Depends

from localcloud.kernel.body import JsonBody, required
from localcloud.kernel.cloud import Cloud, CloudDep
from localcloud.kernel.errors import denied
from localcloud.kernel.identity import Caller, CallerDep
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.query import require_known as known_query
from localcloud.kernel.store import Document
from localcloud.services.mlflow import finishing, registry, tags, tracking
from localcloud.services.unity import access, model_events, model_paths, models, versions
from localcloud.services.unity.privileges import Kind, Privilege

PARITY = Parity(
    Level.EXECUTED, "https://docs.databricks.com/aws/en/machine-learning/manage-model-lifecycle/",
    differ={"emit_lineage": Level.ECHOED},
)  # fmt: skip

router = APIRouter(prefix=registry.PREFIX, route_class=registry.RegistryRoute, dependencies=[Depends(known_query)])
_VERSIONS = "/model-versions"
_KEPT = ("source", "run_id", "model_id", "run_tracking_server_id", "feature_deps", "model_version_dependencies")
_MOST = 10_000


@router.post(f"{_VERSIONS}/create")
def create(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Create a version; its artifacts are uploaded afterwards. Needs CREATE_MODEL_VERSION, and APPLY_TAG for tags."""
    registry.require_known(body, "name", "description", "tags", *_KEPT)
    name = registry.model_name(required(body, "name", "source")[0])
    access.authorize(cloud, caller, Kind.MODEL, name, Privilege.CREATE_MODEL_VERSION)
    given = body.get("tags") or []
    if given:
        tags.require_right(cloud, caller, name)
    if body.get("model_id"):
        tracking.require_logged_model(cloud, caller, str(body["model_id"]))
    fields = {field: body.get(field) or "" for field in _KEPT}
    described = {"comment": body.get("description") or "", "tags": tags.added({}, given)}
    document = versions.begin(cloud, name, caller.principal, {**fields, **described})
    return {"model_version": registry.as_version(cloud.store, document)}


@router.post(f"{_VERSIONS}/finalize")
def finalize(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Finalize a version after its artifacts are uploaded; they cannot be changed afterwards. Its creator only."""
    registry.require_known(body, "name", "version")
    document = _named(cloud, body)
    access.authorize(cloud, caller, Kind.MODEL, document["model"], Privilege.CREATE_MODEL_VERSION)
    if document["created_by"] != caller.principal:
        raise denied(f"Version {document['version']} of '{document['model']}' is another principal's to finish.")
    finishing.require_complete(document)
    with cloud.store.transaction():
        if document["status"] != versions.READY:
            model = document["model"]
            model_events.record(cloud.store, model_events.VERSION_READY, model, version=document["version"])
        finished = versions.change(cloud.store, document, caller.principal, status=versions.READY)
    return {"model_version": registry.as_version(cloud.store, finished)}


@router.post(f"{_VERSIONS}/generate-temporary-credentials")
def generate_credentials(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Access to a version's artifacts, by signed URLs of the Files API. Needs the same rights as those."""
    registry.require_known(body, "name", "version", "operation")
    name, version, operation = required(body, "name", "version", "operation")
    write = operation == "MODEL_VERSION_OPERATION_READ_WRITE"
    model_paths.require_access(cloud, caller, registry.model_name(name), registry.version_number(version), write=write)
    return {"credentials": {"storage_mode": "DEFAULT_STORAGE"}}


@router.patch(f"{_VERSIONS}/update")
def update(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Change a version's description. The model's owner only."""
    registry.require_known(body, "name", "version", "description")
    document = _named(cloud, body)
    access.authorize_management(cloud, caller, Kind.MODEL, document["model"])
    comment = body.get("description", document["comment"])
    changed = versions.change(cloud.store, document, caller.principal, comment=comment)
    return {"model_version": registry.as_version(cloud.store, changed)}


@router.delete(f"{_VERSIONS}/delete")
def delete(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Delete a version, its artifacts and its aliases. The model's owner only."""
    registry.require_known(body, "name", "version")
    name = registry.model_name(required(body, "name"))
    access.authorize_management(cloud, caller, Kind.MODEL, name)
    models.delete_version(cloud, _named(cloud, body))
    return {}


@router.get(f"{_VERSIONS}/get")
def get(name: str, version: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """One version, with its aliases and tags. Needs EXECUTE."""
    return {"model_version": registry.as_version(cloud.store, _executable(cloud, caller, name, version))}


@router.get(f"{_VERSIONS}/get-download-uri")
def get_download_uri(name: str, version: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """The location of a version's artifacts, which only the Files API can read. Needs EXECUTE."""
    return {"artifact_uri": _executable(cloud, caller, name, version)["storage_location"]}


@router.get(f"{_VERSIONS}/search")
def search(
    cloud: CloudDep, caller: CallerDep, filter: str = "", max_results: int = _MOST, page_token: str = ""
) -> Document:
    """Versions of models that the caller may EXECUTE, by one condition, in pages, without aliases and tags."""
    caller.require_workspace()
    field, value = registry.condition(filter)
    if field == "name":
        held = versions.of_model(cloud.store, registry.model_name(value))
    else:
        held = versions.of_run(cloud.store, value)
    found = [d for d in held if access.allowed(cloud, caller, Kind.MODEL, d["model"], Privilege.EXECUTE)]
    shown = [registry.as_found_version(document) for document in found]
    return registry.page(shown, "model_versions", max_results, page_token, most=_MOST)


@router.post(f"{_VERSIONS}/set-tag")
def set_tag(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Set a tag of a version. Needs APPLY_TAG or ownership of the model."""
    registry.require_known(body, "name", "version", "key", "value")
    tags.require_right(cloud, caller, registry.model_name(required(body, "name")))
    with cloud.store.transaction():
        document = _named(cloud, body)
        held = tags.added(document["tags"], [body])
        versions.change(cloud.store, document, caller.principal, tags=held)
    return {}


@router.delete(f"{_VERSIONS}/delete-tag")
def delete_tag(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Remove a tag from a version. Needs APPLY_TAG or ownership of the model."""
    registry.require_known(body, "name", "version", "key")
    tags.require_right(cloud, caller, registry.model_name(required(body, "name")))
    with cloud.store.transaction():
        document = _named(cloud, body)
        held = {key: value for key, value in document["tags"].items() if key != body.get("key")}
        versions.change(cloud.store, document, caller.principal, tags=held)
    return {}


@router.post(f"{_VERSIONS}/emit-lineage")
def emit_lineage(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Accept a client's report of where a version is used, without storing it. Needs EXECUTE."""
    name, version = required(body, "name", "version")
    _executable(cloud, caller, name, version)
    return {}


def _named(cloud: Cloud, body: Document) -> Document:
    """The version that a body names. Raises `ApiError` 400 and 404."""
    name, version = required(body, "name", "version")
    return versions.require(cloud.store, registry.model_name(name), registry.version_number(version))


def _executable(cloud: Cloud, caller: Caller, name: str, version: str) -> Document:
    """The version, if the caller may EXECUTE its model. Raises `ApiError` 400, 403 and 404."""
    full_name = registry.model_name(name)
    access.authorize(cloud, caller, Kind.MODEL, full_name, Privilege.EXECUTE)
    return versions.require(cloud.store, full_name, registry.version_number(version))
