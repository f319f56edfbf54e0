"""The people on call, the events that they hear of, and the budget after which they do."""

from infra import azure_names
from infra.azure.place import Place
from infra.constructs.observability.action_group import (
    ActionGroupProps,
    ActivityAlertProps,
    action_group,
    activity_alert,
)
from infra.constructs.observability.azure_budget import AzureBudgetProps, azure_budget

# Operations that nobody does without a reason known to the people on call.
_TOLD = {
    "lock-removed": ("Microsoft.Authorization/locks/delete", "A lock was removed: what it guarded can be deleted."),
    "role-given": ("Microsoft.Authorization/roleAssignments/write", "Somebody was given a role."),
    "vault-changed": ("Microsoft.KeyVault/vaults/write", "The key vault was changed: see who may reach it now."),
}


def on_call(place: Place) -> None:
    """The people on call, the events that they hear of, and the budget after which they do."""
    environment, prefix = place.environment, place.azure.prefix
    told = ActionGroupProps(
        name=azure_names.action_group(prefix, environment.name),
        short_name="on-call",
        resource_group=place.group.name,
        emails=environment.notify,
    )
    group = action_group(place.stack, "on-call", told)
    for what, (operation, description) in _TOLD.items():
        alert = ActivityAlertProps(
            name=place.name(what),
            description=description,
            resource_group=place.group.name,
            scope_id=place.group.id,
            operation=operation,
            action_group_id=group.id,
        )
        activity_alert(place.stack, f"alert-{what}", alert)
    budget = AzureBudgetProps(
        name=azure_names.resource_group(prefix, environment.name),
        subscription_id=environment.azure.subscription_id,
        resource_groups=(
            place.places.resource_group,
            azure_names.managed_resource_group(prefix, environment.name),
        ),
        monthly_amount=environment.azure.monthly_budget,
        emails=environment.notify,
        action_group_id=group.id,
    )
    azure_budget(place.stack, "budget", budget)
