"""Service principals of the account, looked up by name."""

from collections.abc import Iterable

from infra.cdktf_seam import Scope, databricks


def service_principals(scope: Scope, names: Iterable[str]) -> dict[str, str]:
    """By display name: a reference to the application id, by which grants and `run_as` name a principal."""
    return {
        name: databricks.data_databricks_service_principal.DataDatabricksServicePrincipal(
            scope, f"principal-{name}", display_name=name
        ).application_id
        for name in names
    }
