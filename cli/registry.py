"""MLflow's clients of a workspace whose registry is Unity Catalog's."""

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
    """MLflow's client of the workspace `env`, as its administrator or as another principal; or of that at `host`.

    It takes host and token from the environment only, which is as it was afterwards.
    """
    from mlflow import MlflowClient  # noqa: PLC0415 - takes seconds

    config = (workspace(env, as_principal=as_principal) if host is None else deployed(env, host)).config
    # A sign-in without a token of its own draws one.
    token = config.token or config.authenticate().get("Authorization", "").removeprefix("Bearer ")
    held = {"DATABRICKS_HOST": config.host, "DATABRICKS_TOKEN": token, "DATABRICKS_AUTH_TYPE": "pat"}
    # What downloads an artifact of a version asks the tracking server that the environment names.
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
