"""All versions of a registered model."""

from typing import TYPE_CHECKING

# It finds versions and creates none.
RETRAINS = False

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities.model_registry import ModelVersion

READY = "READY"
# Unity Catalog returns smaller pages than requested; MLflow's own server returns the requested size.
_PAGE = 1000


def versions(client: "MlflowClient", name: str) -> "list[ModelVersion]":
    """Every version of the model, unordered; a version with an interrupted upload is not READY.

    A search in Unity Catalog supports one condition and no order, and omits tags and aliases;
    `get_model_version` returns those.
    """
    found: list[ModelVersion] = []
    token: str | None = None
    while True:
        page = client.search_model_versions(f"name='{name}'", max_results=_PAGE, page_token=token)
        found += page
        token = page.token
        if not token:
            return found


def newest(client: "MlflowClient", name: str) -> int:
    """The number of the newest usable version; 0 if there is none."""
    return max((int(version.version) for version in versions(client, name) if version.status == READY), default=0)
