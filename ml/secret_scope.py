"""Secrets of the workspace, which jobs read by name."""

from databricks.sdk import WorkspaceClient


def read_secret(scope: str, key: str) -> str:
    """The value of a secret. The task's principal needs READ on the scope. Raises `NotFound`, `PermissionDenied`."""
    return str(WorkspaceClient().dbutils.secrets.get(scope, key))
