"""Registered models live twice: a securable here (owner, grants), the model and its versions in MLflow."""

from typing import Any

from localcloud.kernel import loopback
from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import ApiError
from localcloud.kernel.store import Document

_TIMEOUT_S = 60


def call(cloud: Cloud, method: str, path: str, body: Document | None = None) -> Document:
    """One request to the MLflow server's REST API: `path` below `/api/2.0/mlflow/`.

    Raises `ApiError` with MLflow's own status and code, and 503 while the server is not running.
    """
    if not cloud.mlflow_url:
        raise ApiError(503, "TEMPORARILY_UNAVAILABLE", "The MLflow server is not running yet.")
    arguments: dict[str, Any] = {"params": body} if method == "GET" else {"json": body or {}}
    answer = loopback.request(method, f"{cloud.mlflow_url}/api/2.0/mlflow/{path}", timeout=_TIMEOUT_S, **arguments)
    content: Document = answer.json()
    if answer.status_code >= 400:
        raise ApiError(answer.status_code, content.get("error_code", "INTERNAL_ERROR"), content.get("message", ""))
    return content


def create(cloud: Cloud, full_name: str, comment: str) -> None:
    """Create the model in MLflow; one that is there already (a run cut short) is taken over."""
    try:
        call(cloud, "POST", "registered-models/create", {"name": full_name, "description": comment})
    except ApiError as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise


def delete(cloud: Cloud, full_name: str) -> None:
    """Delete the model and its versions in MLflow; nothing happens where it is not there."""
    try:
        call(cloud, "DELETE", "registered-models/delete", {"name": full_name})
    except ApiError as error:
        if error.error_code != "RESOURCE_DOES_NOT_EXIST":
            raise


def aliases(cloud: Cloud, full_name: str) -> list[Document]:
    """`[{"alias_name", "version_num"}]` of the model."""
    model = call(cloud, "GET", "registered-models/get", {"name": full_name})["registered_model"]
    return [{"alias_name": a["alias"], "version_num": int(a["version"])} for a in model.get("aliases", [])]


def version(cloud: Cloud, full_name: str, number: int) -> Document:
    """A model version in Unity Catalog's form."""
    answer = call(cloud, "GET", "model-versions/get", {"name": full_name, "version": str(number)})
    return as_unity(full_name, answer["model_version"])


def versions(cloud: Cloud, full_name: str) -> list[Document]:
    """All versions of the model, newest first, in Unity Catalog's form."""
    quoted = full_name.replace("'", "")
    answer = call(cloud, "GET", "model-versions/search", {"filter": f"name='{quoted}'", "max_results": 10_000})
    found = [as_unity(full_name, item) for item in answer.get("model_versions", [])]
    return sorted(found, key=lambda item: -int(item["version"]))


def as_unity(full_name: str, item: Document) -> Document:
    """MLflow's model version as Unity Catalog's `ModelVersionInfo`."""
    catalog, schema, name = full_name.split(".")
    return {
        "catalog_name": catalog,
        "schema_name": schema,
        "model_name": name,
        "version": int(item["version"]),
        "run_id": item.get("run_id", ""),
        "source": item.get("source", ""),
        "status": item.get("status", "READY"),
        "comment": item.get("description", ""),
        "created_at": item.get("creation_timestamp"),
        "updated_at": item.get("last_updated_timestamp"),
        "aliases": [{"alias_name": alias, "version_num": int(item["version"])} for alias in item.get("aliases", [])],
    }
