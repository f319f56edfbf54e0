"""All versions of a registered model."""

from typing import TYPE_CHECKING

# It finds versions and makes none.
RETRAINS = False

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities.model_registry import ModelVersion

READY = "READY"
# Unity Catalog answers with smaller pages than are asked for; MLflow's own server gives what is asked.
_PAGE = 1000


def versions(client: "MlflowClient", name: str) -> "list[ModelVersion]":
    """Every version of the model, in no order; one whose upload was cut short is not READY.

    A search in Unity Catalog takes one condition and no order, and leaves tags and aliases out:
    `get_model_version` has those.
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
    """The number of the newest version that can be used; 0 if there is none."""
    return max((int(version.version) for version in versions(client, name) if version.status == READY), default=0)
