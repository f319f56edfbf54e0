"""Budgets and budget policies of the account, and federation policies of service principals."""

from typing import Any

from localcloud.loader.kinds.compute import named
from localcloud.loader.kinds.kind import Attributes, Call, Kind
from localcloud.loader.session import Session

# The local cloud has one account, whatever its id.
_ACCOUNT = "/api/2.0/accounts/local"
_BUDGETS = "/api/2.1/accounts/local/budgets"
_POLICIES = "/api/2.1/accounts/local/budget-policies"


def _create_budget(call: Call) -> Attributes:
    made = call.session.post(_BUDGETS, {"budget": call.rest()})["budget"]
    return {"id": made["budget_configuration_id"], "budget_configuration_id": made["budget_configuration_id"]}


def _replace_budget(call: Call, state: Attributes) -> Attributes:
    call.session.put(f"{_BUDGETS}/{state['id']}", {"budget": call.rest()})
    return state


def _policy(identifier: str) -> Attributes:
    return {"id": identifier, "policy_id": identifier}


def _create_policy(call: Call) -> Attributes:
    return _policy(call.session.post(_POLICIES, {"policy": call.rest()})["policy_id"])


def _change_policy(call: Call, state: Attributes) -> Attributes:
    call.session.patch(f"{_POLICIES}/{state['id']}", call.rest())
    return _policy(state["id"])


def _find_policy(call: Call) -> Attributes | None:
    found = named(_POLICIES, "policies", "policy_id", "policy_name")(call)
    return _policy(found["id"]) if found else None


def _federations(arguments: Any) -> str:
    return f"{_ACCOUNT}/servicePrincipals/{arguments['service_principal_id']}/federationPolicies"


def _federate(call: Call) -> Attributes:
    path = _federations(call.arguments)
    return _policy(call.session.post(path, call.body("description", "oidc_policy"))["policy_id"])


def _change_federation(call: Call, state: Attributes) -> Attributes:
    one = f"{_federations(call.arguments)}/{state['id']}?update_mask=*"
    call.session.patch(one, call.body("description", "oidc_policy"))
    return _policy(state["id"])


def _find_federation(call: Call) -> Attributes | None:
    """The policy from an interrupted load: with the same issuer and subject."""
    wanted = call.arguments["oidc_policy"]
    for found in call.session.get(_federations(call.arguments))["policies"]:
        if all(found["oidc_policy"].get(name) == value for name, value in wanted.items()):
            return _policy(found["policy_id"])
    return None


def _end_federation(session: Session, state: Attributes) -> None:
    session.delete(f"{_federations(state)}/{state['id']}")


KINDS = {
    "databricks_budget": Kind(
        create=_create_budget,
        update=_replace_budget,
        find=named(_BUDGETS, "budgets", "budget_configuration_id", "display_name"),
        delete=lambda session, state: session.delete(f"{_BUDGETS}/{state['id']}"),
        identity=("display_name",),
    ),
    "databricks_budget_policy": Kind(
        create=_create_policy,
        update=_change_policy,
        find=_find_policy,
        delete=lambda session, state: session.delete(f"{_POLICIES}/{state['id']}"),
        identity=("policy_name",),
    ),
    "databricks_service_principal_federation_policy": Kind(
        create=_federate,
        update=_change_federation,
        find=_find_federation,
        delete=_end_federation,
        replace_on=("service_principal_id",),
        identity=("service_principal_id",),
    ),
}
