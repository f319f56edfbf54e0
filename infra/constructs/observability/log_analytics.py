"""The destination of Azure resources' logs."""

from dataclasses import dataclass

from infra.cdktf_seam import Resource, Scope, azurerm


@dataclass(frozen=True, kw_only=True)
class LogAnalyticsProps:
    """`retention_days` is the retention of all logs."""

    name: str
    resource_group: str
    location: str
    retention_days: int


@dataclass(frozen=True, kw_only=True)
class LogAnalyticsOutputs:
    """The workspace, and its id for diagnostic settings."""

    workspace: Resource
    id: str


def log_analytics(scope: Scope, id_: str, props: LogAnalyticsProps) -> LogAnalyticsOutputs:
    """A workspace without keys. Only Azure's own services write to it, not through its public address."""
    made = azurerm.log_analytics_workspace.LogAnalyticsWorkspace(
        scope,
        id_,
        name=props.name,
        resource_group_name=props.resource_group,
        location=props.location,
        sku="PerGB2018",
        retention_in_days=props.retention_days,
        local_authentication_enabled=False,
        internet_ingestion_enabled=False,
        # People read logs in the portal, each with their own role.
        internet_query_enabled=True,
    )
    return LogAnalyticsOutputs(workspace=made, id=made.id)
