"""The Azure budget of an environment's resource groups."""

from dataclasses import dataclass

from infra.cdktf_seam import Resource, Scope, TerraformResourceLifecycle, azurerm

# Azure accepts only the first of the month in which the budget is created, or later.
_THIS_MONTH = """${formatdate("YYYY-MM-01'T'00:00:00Z", plantimestamp())}"""
_FORECAST_PERCENT = 100
_SPENT_PERCENT = 80


@dataclass(frozen=True, kw_only=True)
class AzureBudgetProps:
    """`monthly_amount` is in the currency that the subscription is billed in."""

    name: str
    subscription_id: str
    resource_groups: tuple[str, ...]
    monthly_amount: int
    emails: tuple[str, ...]
    action_group_id: str


def azure_budget(scope: Scope, id_: str, props: AzureBudgetProps) -> None:
    """Notifies at 80 % spent, and once the forecast exceeds the month's amount. It stops nothing."""
    binding = azurerm.consumption_budget_subscription
    binding.ConsumptionBudgetSubscription(
        scope,
        id_,
        name=props.name,
        subscription_id=f"/subscriptions/{props.subscription_id}",
        amount=props.monthly_amount,
        time_grain="Monthly",
        time_period=binding.ConsumptionBudgetSubscriptionTimePeriod(start_date=_THIS_MONTH),
        filter=binding.ConsumptionBudgetSubscriptionFilter(
            dimension=[
                binding.ConsumptionBudgetSubscriptionFilterDimension(
                    name="ResourceGroupName", values=list(props.resource_groups)
                )
            ]
        ),
        notification=[
            _notification(props, "Actual", _SPENT_PERCENT),
            _notification(props, "Forecasted", _FORECAST_PERCENT),
        ],
        lifecycle=TerraformResourceLifecycle(ignore_changes=["time_period"]),
    )


def _notification(props: AzureBudgetProps, kind: str, percent: int) -> Resource:
    return azurerm.consumption_budget_subscription.ConsumptionBudgetSubscriptionNotification(
        enabled=True,
        operator="GreaterThanOrEqualTo",
        threshold=percent,
        threshold_type=kind,
        contact_emails=list(props.emails),
        contact_groups=[props.action_group_id],
    )
