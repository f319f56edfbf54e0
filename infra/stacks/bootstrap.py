"""The stack `bootstrap`: the storage of all states, and the identities of the pipelines. Deployed by hand, first."""

from collections.abc import Mapping

from infra import azure_names
from infra.azure.identities import group_name, operator_roles, pipeline_roles, state_roles
from infra.cdktf_seam import Scope, azurerm
from infra.constructs.adopted.shared import adopted_group
from infra.constructs.azure_stack import AzureStackProps, azure_stack
from infra.constructs.identity.ci_identity import CiIdentityProps, ci_identity
from infra.constructs.network.hub_tenant import HubTenantsProps, hub_tenants
from infra.constructs.network.public_access import NOBODY, PublicAccess
from infra.constructs.storage.lock import LockProps, lock
from infra.constructs.storage.state_account import StateAccountProps, state_account
from infra.spec import AzureState, Spec


def bootstrap_stack(app: Scope, spec: Spec) -> None:
    """All of it in the subscription of the platform."""
    azure = spec.platform.azure
    props = AzureStackProps(platform=spec.platform, subscription_id=azure.subscription_id, inside_network=False)
    stack = azure_stack(app, "bootstrap", props).stack
    group = azurerm.resource_group.ResourceGroup(
        stack, "group", name=group_name(spec.platform), location=azure.region
    ).name
    account_id = _state(stack, spec, group)
    pipelines = {}
    for environment in spec.environments:
        name = azure_names.deployer(azure.prefix, environment.name)
        identity = CiIdentityProps(
            name=name, resource_group=group, location=azure.region, identity=environment.deployer
        )
        made = ci_identity(stack, f"{environment.name}-deployer", identity)
        pipelines[environment.name] = made.principal_id
        pipeline_roles(stack, f"{environment.name}-deployer", environment, made.principal_id)
        if account_id:
            state_roles(stack, f"{environment.name}-deployer-state", account_id, environment, made.principal_id)
    subscriptions = dict.fromkeys(environment.azure.subscription_id for environment in spec.environments)
    operator_roles(stack, spec.platform, account_id, tuple(subscriptions))
    if spec.platform.private:
        _hub(stack, spec, pipelines)


def _hub(stack: Scope, spec: Spec, pipelines: Mapping[str, str]) -> None:
    """The hub's resource group: created here, because roles in it are assigned with the pipelines' identities."""
    azure, shared = spec.platform.azure, spec.shared_places
    adopted = spec.platform.adopt.resource_group
    if adopted:
        group = adopted_group(stack, "hub-group", adopted, azure.region)
    else:
        group = azurerm.resource_group.ResourceGroup(
            stack, "hub-group", name=shared.resource_group, location=azure.region
        )
    tenants = HubTenantsProps(
        name=f"{azure.prefix} hub tenant",
        group_id=group.id,
        other_group_ids=shared.group_ids[1:],
        principals=pipelines,
    )
    hub_tenants(stack, "hub-tenant", tenants)


def _state(stack: Scope, spec: Spec, group: str) -> str | None:
    """Id of the account of the states; None if they are files."""
    platform = spec.platform
    if not isinstance(platform.state, AzureState):
        return None
    listed = dict.fromkeys(ip for environment in spec.environments for ip in environment.security.ip_allow_list)
    props = StateAccountProps(
        name=platform.state.storage_account,
        resource_group=group,
        location=platform.azure.region,
        container=platform.state.container,
        # Without a hub, people and pipelines connect from the addresses that may sign in to the workspaces.
        public=NOBODY if platform.private else PublicAccess(ips=tuple(listed)),
    )
    account_id = state_account(stack, "state", props).id
    lock(stack, "state-lock", LockProps(name="keep", resource_id=account_id, notes="Holds the state of every stack."))
    return account_id
