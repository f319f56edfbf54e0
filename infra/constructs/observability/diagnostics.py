"""A resource's diagnostic settings."""

from dataclasses import dataclass

from infra.cdktf_seam import Scope, azurerm


@dataclass(frozen=True, kw_only=True)
class DiagnosticsProps:
    """`resource_id` is the resource to log, `log_analytics_id` the destination. `groups` are Azure's category groups.

    `metrics` are metric categories; not every resource has any.
    """

    name: str
    resource_id: str
    log_analytics_id: str
    groups: tuple[str, ...] = ("allLogs",)
    metrics: tuple[str, ...] = ()


def diagnostics(scope: Scope, id_: str, props: DiagnosticsProps) -> None:
    """The setting that sends logs and metrics there."""
    binding = azurerm.monitor_diagnostic_setting
    binding.MonitorDiagnosticSetting(
        scope,
        id_,
        name=props.name,
        target_resource_id=props.resource_id,
        log_analytics_workspace_id=props.log_analytics_id,
        enabled_log=[binding.MonitorDiagnosticSettingEnabledLog(category_group=group) for group in props.groups],
        enabled_metric=[binding.MonitorDiagnosticSettingEnabledMetric(category=name) for name in props.metrics] or None,
    )
