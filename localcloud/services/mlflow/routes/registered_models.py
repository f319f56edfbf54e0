"""Registered models for MLflow's `databricks-uc` client: `/mlflow/unity-catalog/registered-models`."""

from fastapi import APIRouter, Depends

from localcloud.kernel import acl
from localcloud.kernel.body import JsonBody, required
from localcloud.kernel.cloud import Cloud, CloudDep
from localcloud.kernel.errors import ApiError
from localcloud.kernel.identity import Caller, CallerDep
from localcloud.kernel.parity import Level, Parity
from localcloud.kernel.query import require_known as known_query
from localcloud.kernel.store import Document
from localcloud.services.jobs import deployment_jobs
from localcloud.services.mlflow import registry, tags
from localcloud.services.unity import access, deletion, model_events, models, records
from localcloud.services.unity.privileges import Kind, Privilege

PARITY = Parity(
    Level.EXECUTED, "https://docs.databricks.com/aws/en/machine-learning/manage-model-lifecycle/",
    differ={"uses_files_api": Level.ECHOED},
)  # fmt: skip

router = APIRouter(prefix=registry.PREFIX, route_class=registry.RegistryRoute, dependencies=[Depends(known_query)])
_MODELS = "/registered-models"


@router.get(f"{_MODELS}:is-databricks-sdk-models-artifact-repository-enabled")
def uses_files_api(caller: CallerDep) -> Document:
    """Whether artifacts use the Files API below `/Models`: always, as this registry has no cloud storage."""
    caller.require_workspace()
    return {"is_databricks_sdk_models_artifact_repository_enabled": True}


@router.post(f"{_MODELS}/create")
def create(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Create a model, which the caller then owns. Needs CREATE_MODEL on the schema."""
    registry.require_known(body, "name", "description", "tags", "deployment_job_id")
    name = registry.model_name(required(body, "name"))
    if cloud.store.get(Kind.MODEL, name) is not None and access.sees(cloud, caller, Kind.MODEL, name):
        raise ApiError(409, "RESOURCE_ALREADY_EXISTS", f"Registered Model '{name}' already exists.")
    catalog, schema, _ = name.split(".")
    access.authorize(cloud, caller, Kind.SCHEMA, f"{catalog}.{schema}", Privilege.CREATE_MODEL)
    own = tags.added({}, body.get("tags") or [])
    fields = {"catalog_name": catalog, "schema_name": schema, "comment": body.get("description", "")}
    document = records.create(cloud.store, Kind.MODEL, name, caller.principal, fields)
    model_events.record(cloud.store, model_events.CREATED, name)
    models.set_tags(cloud.store, name, own)
    _link(cloud, caller, name, body)
    return {"registered_model": registry.as_model(cloud.store, document)}


@router.patch(f"{_MODELS}/update")
def update(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Change the description or the deployment job. The owner must be allowed to start that job.

    The model's owner only. A model cannot be renamed here.
    """
    registry.require_known(body, "name", "description", "deployment_job_id")
    name = registry.model_name(required(body, "name"))
    access.authorize_management(cloud, caller, Kind.MODEL, name)
    current = records.require(cloud.store, Kind.MODEL, name)
    changed = {**current, "comment": body.get("description", current.get("comment"))}
    document = records.update(cloud.store, Kind.MODEL, changed, caller.principal)
    _link(cloud, caller, name, body)
    return {"registered_model": registry.as_model(cloud.store, document)}


@router.delete(f"{_MODELS}/delete")
def delete(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Delete a model with all its versions. Its owner only."""
    registry.require_known(body, "name")
    name = registry.model_name(required(body, "name"))
    access.authorize_management(cloud, caller, Kind.MODEL, name)
    deletion.drop(cloud, Kind.MODEL, name)
    return {}


@router.get(f"{_MODELS}/get")
def get(name: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """One model, with its aliases and tags. Needs EXECUTE."""
    name = _executable(cloud, caller, name)
    return {"registered_model": registry.as_model(cloud.store, records.require(cloud.store, Kind.MODEL, name))}


@router.get(f"{_MODELS}/search")
def search(cloud: CloudDep, caller: CallerDep, max_results: int = registry.PAGE, page_token: str = "") -> Document:
    """The models that the caller may EXECUTE, by name, in pages, without aliases and tags. No filters."""
    caller.require_workspace()
    held = sorted(cloud.store.all(Kind.MODEL), key=lambda document: str(document["full_name"]))
    names = [m for m in held if access.allowed(cloud, caller, Kind.MODEL, m["full_name"], Privilege.EXECUTE)]
    found = [registry.as_found_model(document) for document in names]
    return registry.page(found, "registered_models", max_results, page_token, most=1000)


@router.post(f"{_MODELS}/alias")
def set_alias(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Point an alias at a version. The model's owner only."""
    registry.require_known(body, "name", "alias", "version")
    name, alias, version = required(body, "name", "alias", "version")
    name, number = registry.model_name(name), registry.version_number(version)
    access.authorize_management(cloud, caller, Kind.MODEL, name)
    models.set_alias(cloud.store, name, str(alias), number)
    return {}


@router.delete(f"{_MODELS}/alias")
def delete_alias(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Remove an alias. The model's owner only."""
    registry.require_known(body, "name", "alias")
    name, alias = required(body, "name", "alias")
    name = registry.model_name(name)
    access.authorize_management(cloud, caller, Kind.MODEL, name)
    models.delete_alias(cloud.store, name, str(alias))
    return {}


@router.get(f"{_MODELS}/alias")
def get_by_alias(name: str, alias: str, cloud: CloudDep, caller: CallerDep) -> Document:
    """The version that an alias points at. Needs EXECUTE."""
    name = _executable(cloud, caller, name)
    return {"model_version": registry.as_version(cloud.store, models.by_alias(cloud.store, name, alias))}


@router.post(f"{_MODELS}/set-tag")
def set_tag(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Set a tag of a model. Needs APPLY_TAG or ownership."""
    registry.require_known(body, "name", "key", "value")
    name = registry.model_name(required(body, "name"))
    tags.require_right(cloud, caller, name)
    with cloud.store.transaction():
        models.set_tags(cloud.store, name, tags.added(models.tags(cloud.store, name), [body]))
    return {}


@router.delete(f"{_MODELS}/delete-tag")
def delete_tag(body: JsonBody, cloud: CloudDep, caller: CallerDep) -> Document:
    """Remove a tag from a model. Needs APPLY_TAG or ownership."""
    registry.require_known(body, "name", "key")
    name, key = required(body, "name", "key")
    name = registry.model_name(name)
    tags.require_right(cloud, caller, name)
    with cloud.store.transaction():
        models.set_tags(cloud.store, name, {k: v for k, v in models.tags(cloud.store, name).items() if k != key})
    return {}


def _link(cloud: Cloud, caller: Caller, name: str, body: Document) -> None:
    """Link the deployment job, if the body names one. Raises `ApiError` 400 and 403."""
    job_id = body.get("deployment_job_id")
    if job_id is None:
        return
    if job_id:
        acl.require(cloud, caller, "jobs", str(job_id), "CAN_MANAGE_RUN")
    deployment_jobs.link(cloud, name, str(job_id))


def _executable(cloud: Cloud, caller: Caller, name: str) -> str:
    full_name = registry.model_name(name)
    access.authorize(cloud, caller, Kind.MODEL, full_name, Privilege.EXECUTE)
    return full_name
