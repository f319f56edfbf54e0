"""Asking the MLflow server itself, for the checks."""

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
