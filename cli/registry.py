"""MLflow clients of a workspace whose registry is Unity Catalog."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cli.cloud import deployed, workspace

if TYPE_CHECKING:
    from mlflow import MlflowClient

UNITY_CATALOG = "databricks-uc"


@contextmanager
def registry(env: str, *, as_principal: str | None = None, host: str | None = None) -> "Iterator[MlflowClient]":
    """The MLflow client of the workspace `env`, as its administrator or as another principal; or of the one at `host`.

    MLflow reads host and token only from environment variables, which are restored afterwards.
    """
    from mlflow import MlflowClient  # noqa: PLC0415 - takes seconds

    config = (workspace(env, as_principal=as_principal) if host is None else deployed(env, host)).config
    # A sign-in without its own token requests one.
    token = config.token or config.authenticate().get("Authorization", "").removeprefix("Bearer ")
    held = {"DATABRICKS_HOST": config.host, "DATABRICKS_TOKEN": token, "DATABRICKS_AUTH_TYPE": "pat"}
    # The download of a version's artifacts queries the tracking server from the environment variables.
    held |= {"MLFLOW_TRACKING_TOKEN": token, "MLFLOW_TRACKING_URI": config.host}
    before = {name: os.environ.pop(name, None) for name in (*held, "DATABRICKS_CONFIG_PROFILE")}
    os.environ.update(held)
    try:
        yield MlflowClient(tracking_uri=config.host, registry_uri=UNITY_CATALOG)
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
