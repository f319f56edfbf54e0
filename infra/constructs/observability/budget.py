"""An environment's Databricks budget, and the tag on its serverless usage."""

from dataclasses import dataclass

from infra.cdktf_seam import Resource, Scope, databricks


@dataclass(frozen=True, kw_only=True)
class BudgetProps:
    """`monthly_usd` is list price in US dollars; `users` are the groups whose serverless usage carries the tag."""

    environment: str
    workspace_id: int
    monthly_usd: int
    emails: tuple[str, ...]
    account_id: str
    users: tuple[Resource, ...]


def budget(scope: Scope, id_: str, props: BudgetProps) -> None:
    """A monthly budget of one workspace. It only notifies; the cluster policies limit usage."""
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
    _usage_policy(scope, f"{id_}-policy", props)


def _usage_policy(scope: Scope, id_: str, props: BudgetProps) -> None:
    """The tag on serverless usage of the workspace. Users with only one such policy there get it by default."""
    policy, rules = databricks.budget_policy, databricks.access_control_rule_set
    made = policy.BudgetPolicy(
        scope,
        id_,
        policy_name=f"mlops-{props.environment}",
        binding_workspace_ids=[props.workspace_id],
        custom_tags=[policy.BudgetPolicyCustomTags(key="environment", value=props.environment)],
    )
    rules.AccessControlRuleSet(
        scope,
        f"{id_}-rules",
        name=f"accounts/{props.account_id}/budgetPolicies/{made.policy_id}/ruleSets/default",
        grant_rules=[
            rules.AccessControlRuleSetGrantRules(
                principals=[f"groups/{group.display_name}" for group in props.users], role="roles/budgetPolicy.user"
            )
        ],
    )
