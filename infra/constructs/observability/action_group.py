"""Recipients of Azure's alerts, and the events that trigger them."""

from dataclasses import dataclass

from infra.cdktf_seam import Scope, azurerm


@dataclass(frozen=True, kw_only=True)
class ActionGroupProps:
    """`short_name` is shown in mails, 12 characters at most."""

    name: str
    short_name: str
    resource_group: str
    emails: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ActionGroupOutputs:
    """Its id, for alerts and budgets."""

    id: str


def action_group(scope: Scope, id_: str, props: ActionGroupProps) -> ActionGroupOutputs:
    """E-mails in the common alert schema."""
    binding = azurerm.monitor_action_group
    made = binding.MonitorActionGroup(
        scope,
        id_,
        name=props.name,
        short_name=props.short_name,
        resource_group_name=props.resource_group,
        email_receiver=[
            binding.MonitorActionGroupEmailReceiver(name=email, email_address=email, use_common_alert_schema=True)
            for email in props.emails
        ],
    )
    return ActionGroupOutputs(id=made.id)


@dataclass(frozen=True, kw_only=True)
class ActivityAlertProps:
    """`operation` is Azure's name of an operation anywhere under `scope_id`."""

    name: str
    description: str
    resource_group: str
    scope_id: str
    operation: str
    action_group_id: str


def activity_alert(scope: Scope, id_: str, props: ActivityAlertProps) -> None:
    """Alerts on the operation, by any principal."""
    binding = azurerm.monitor_activity_log_alert
    binding.MonitorActivityLogAlert(
        scope,
        id_,
        name=props.name,
        description=props.description,
        resource_group_name=props.resource_group,
        location="global",
        scopes=[props.scope_id],
        criteria=binding.MonitorActivityLogAlertCriteria(
            category="Administrative", operation_name=props.operation, status="Succeeded"
        ),
        action=[binding.MonitorActivityLogAlertAction(action_group_id=props.action_group_id)],
    )
