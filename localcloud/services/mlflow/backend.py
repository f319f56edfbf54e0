"""Requests to the MLflow server itself, for the checks."""

from typing import Any

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import ApiError
from localcloud.kernel.store import Document
from localcloud.services.mlflow import forward

_TIMEOUT_S = 60


def call(cloud: Cloud, method: str, path: str, body: Document | None = None) -> Document:
    """One request to the MLflow server's REST API: `path` below `/api/2.0/mlflow/`.

    Raises `ApiError` with MLflow's own status and code, and 503 while the server is not running.
    """
    arguments: dict[str, Any] = {"params": body} if method == "GET" else {"json": body or {}}
    answer = forward.client(cloud).request(method, f"/api/2.0/mlflow/{path}", timeout=_TIMEOUT_S, **arguments)
    content: Document = answer.json()
    if answer.status_code >= 400:
        raise ApiError(answer.status_code, content.get("error_code", "INTERNAL_ERROR"), content.get("message", ""))
    return content
