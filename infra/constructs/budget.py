"""What an environment may cost before somebody is told, and the tag that its serverless usage carries."""

from dataclasses import dataclass

from infra.cdktf_seam import Scope, databricks


@dataclass(frozen=True, kw_only=True)
class BudgetProps:
    """`monthly_usd` is list price in US dollars."""

    environment: str
    workspace_id: int
    monthly_usd: int
    emails: tuple[str, ...]


def budget(scope: Scope, id_: str, props: BudgetProps) -> None:
    """A monthly budget of one workspace. It tells; nothing stops by it: the cluster policies do that."""
    binding = databricks.budget
    binding.Budget(
        scope,
        id_,
        display_name=f"mlops-{props.environment}",
        filter=binding.BudgetFilter(
            workspace_id=binding.BudgetFilterWorkspaceId(operator="IN", values=[props.workspace_id])
        ),
        alert_configurations=[
            binding.BudgetAlertConfigurations(
                time_period="MONTH",
                trigger_type="CUMULATIVE_SPENDING_EXCEEDED",
                quantity_type="LIST_PRICE_DOLLARS_USD",
                quantity_threshold=str(props.monthly_usd),
                action_configurations=[
                    binding.BudgetAlertConfigurationsActionConfigurations(
                        action_type="EMAIL_NOTIFICATION", target=email
                    )
                    for email in props.emails
                ],
            )
        ],
    )
    policy = databricks.budget_policy
    policy.BudgetPolicy(
        scope,
        f"{id_}-policy",
        policy_name=f"mlops-{props.environment}",
        binding_workspace_ids=[props.workspace_id],
        custom_tags=[policy.BudgetPolicyCustomTags(key="environment", value=props.environment)],
    )
