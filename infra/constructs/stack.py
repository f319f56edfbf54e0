"""A Databricks stack: its state and its one provider. For Azure stacks see `azure_stack.py`."""

from dataclasses import dataclass

from infra.cdktf_seam import AzurermBackend, LocalBackend, Scope, databricks
from infra.constructs.protected_stack import ProtectedStack
from infra.spec import AzureState, Platform


@dataclass(frozen=True, kw_only=True)
class StackProps:
    """The location of the stack's state, and the Databricks host. `account_id` only for the account.

    `environment` is the cost tag. `protect` refuses plans that destroy resources with data.
    """

    platform: Platform
    host: str
    environment: str = "shared"
    protect: bool = True
    account_id: str | None = None


def databricks_stack(app: Scope, name: str, props: StackProps) -> Scope:
    """An empty stack `name` with its backend and a databricks provider without any secret.

    The provider signs in with the credentials of the process: OIDC in a pipeline, a managed identity, or the Azure CLI.
    """
    tags = {**props.platform.tags, "environment": props.environment}
    stack = ProtectedStack(app, name, tags, protect=props.protect)
    remote_state(stack, name, props.platform)
    databricks.provider.DatabricksProvider(stack, "databricks", host=props.host, account_id=props.account_id)
    return stack


def remote_state(stack: Scope, name: str, platform: Platform) -> None:
    """The backend with the state of the stack `name`."""
    state = platform.state
    if isinstance(state, AzureState):
        AzurermBackend(
            stack,
            resource_group_name=state.resource_group,
            storage_account_name=state.storage_account,
            container_name=state.container,
            key=f"{name}.tfstate",
            # The state account has no keys: its readers are identities with a role.
            use_azuread_auth=True,
        )
    else:
        LocalBackend(stack, path=f"{name}.tfstate")
