"""Azure roles of the people and pipelines that deploy."""

from infra import azure_names
from infra.cdktf_seam import Scope
from infra.constructs.identity.role import GIVEN_BY_PIPELINES, RoleProps, only_these_blobs, only_these_roles, role
from infra.spec import AzureState, Environment, Platform

# Creating a workspace needs rights on the whole subscription: Databricks creates a second resource group.
_EVERYTHING = "Contributor"
_KEYS = "Key Vault Crypto Officer"
_LOCKS = "Locks Contributor"
_ROLES = "Role Based Access Control Administrator"
_STATE = "Storage Blob Data Contributor"
_PARTS = ("platform", "workspace", "ml", "masks", "serving", "data-factory")


def group_name(platform: Platform) -> str:
    """The resource group of the state and of the pipelines' identities."""
    state = platform.state
    return (
        state.resource_group
        if isinstance(state, AzureState)
        else azure_names.resource_group(platform.azure.prefix, "state")
    )


def pipeline_roles(scope: Scope, id_: str, environment: Environment, principal_id: str) -> None:
    """The roles of an environment's pipeline in its subscription: all rights, but it assigns only the roles it must."""
    subscription = f"/subscriptions/{environment.azure.subscription_id}"
    may_give = only_these_roles(GIVEN_BY_PIPELINES.values())
    for label, name, condition in (
        ("resources", _EVERYTHING, None),
        ("roles", _ROLES, may_give),
        ("locks", _LOCKS, None),
        ("keys", _KEYS, None),
    ):
        props = RoleProps(role=name, scope=subscription, principal_id=principal_id, condition=condition)
        role(scope, f"{id_}-{label}", props)


def state_roles(scope: Scope, id_: str, account_id: str, environment: Environment, principal_id: str) -> None:
    """A pipeline reads and writes only the states of its own environment's stacks."""
    own = only_these_blobs(f"{environment.name}-{part}.tfstate" for part in _PARTS)
    role(scope, id_, RoleProps(role=_STATE, scope=account_id, principal_id=principal_id, condition=own))


def operator_roles(scope: Scope, platform: Platform, account_id: str | None, subscriptions: tuple[str, ...]) -> None:
    """The people who deploy by hand own the subscriptions; these roles add data-plane access: keys and states."""
    people = platform.azure.operators_group_id
    for subscription in subscriptions:
        props = RoleProps(
            role=_KEYS, scope=f"/subscriptions/{subscription}", principal_id=people, principal_type="Group"
        )
        role(scope, f"operators-keys-{subscription}", props)
    if account_id:
        props = RoleProps(role=_STATE, scope=account_id, principal_id=people, principal_type="Group")
        role(scope, "operators-state", props)
