"""What the provider reads of an object that it has just made: what it gave, and nothing else but what it computes.

Its newer resources compare the two strictly: an argument that is answered and was not given fails the apply ("was
null, but now …"). Followed are the provider's calls, for types that no recording holds an answer of.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from localcloud.kernel.cloud import ACCOUNT_ID
from tests.infra.conftest import read_documents
from tests.infra.provider_schema import SCHEMAS, schemas
from tests.localcloud.core import Core

pytestmark = pytest.mark.skipif(not SCHEMAS.is_dir(), reason="the providers' schemas are not beside the checkout")

_ACCOUNT = f"/api/2.0/accounts/{ACCOUNT_ID}"
_POLICIES = f"/api/2.1/accounts/{ACCOUNT_ID}/budget-policies"
Read = Callable[[dict[str, Any]], str]


@dataclass(frozen=True, kw_only=True)
class Calls:
    """How one is made and read. `wrapper`: what the body is sent in."""

    stack: str
    make: tuple[str, Read]
    read: Read
    wrapper: str = ""


def _option(made: dict[str, Any]) -> str:
    return f"{_ACCOUNT}/workspaces/{made['workspace_id']}/network"


def _federations(made: dict[str, Any]) -> str:
    return f"{_ACCOUNT}/servicePrincipals/{made['service_principal_id']}/federationPolicies"


CALLS = {
    "databricks_account_network_policy": Calls(
        stack="account",
        make=("POST", lambda _: f"{_ACCOUNT}/network-policies"),
        read=lambda made: f"{_ACCOUNT}/network-policies/{made['network_policy_id']}",
    ),
    "databricks_workspace_network_option": Calls(stack="account", make=("PUT", _option), read=_option),
    "databricks_budget_policy": Calls(
        stack="account",
        make=("POST", lambda _: _POLICIES),
        read=lambda made: f"{_POLICIES}/{made['policy_id']}",
        wrapper="policy",
    ),
    "databricks_service_principal_federation_policy": Calls(
        stack="account",
        make=("POST", _federations),
        read=lambda made: f"{_federations(made)}/{made['policy_id']}",
    ),
    "databricks_alert_v2": Calls(
        stack="prod-serving",
        make=("POST", lambda _: "/api/2.0/alerts"),
        read=lambda made: f"/api/2.0/alerts/{made['id']}",
    ),
    "databricks_tag_policy": Calls(
        stack="prod-masks",
        make=("POST", lambda _: "/api/2.1/tag-policies"),
        read=lambda made: f"/api/2.1/tag-policies/{made['tag_key']}",
    ),
    "databricks_online_store": Calls(
        stack="prod-ml",
        make=("POST", lambda _: "/api/2.0/feature-store/online-stores"),
        read=lambda made: f"/api/2.0/feature-store/online-stores/{made['name']}",
    ),
}


def unlike(schema: dict[str, Any], given: dict[str, Any], read: dict[str, Any], at: str = "") -> Iterator[str]:
    """What the provider would take for an inconsistent result, by argument."""
    for name, attribute in schema["attributes"].items():
        here, wanted, found = f"{at}{name}", given.get(name), read.get(name)
        if wanted is None:
            if found is not None and not attribute.get("computed"):
                yield f"{here}: was null, but now {found!r}"
        elif "nested" in attribute and isinstance(wanted, dict):
            yield from unlike(attribute["nested"], wanted, found or {}, f"{here}.")
        elif "nested" in attribute and len(found or []) == len(wanted):
            for one, other in zip(wanted, found or [], strict=True):
                yield from unlike(attribute["nested"], one, other, f"{here}.")
        elif found != wanted:
            yield f"{here}: was {wanted!r}, but now {found!r}"


@pytest.fixture
def known(core: Core) -> dict[str, Any]:
    """What references of the stacks give, and the workspaces' numbers here."""
    url, application = core.url("prod"), core.application("runs")
    core.application("deploys")
    numbers = {each["displayName"]: each["id"] for each in core.cloud.store.all("service_principal")}
    folder = core.call("POST", f"{url}/api/2.0/workspace/mkdirs", json={"path": "/Shared/alerts"})
    assert folder.is_success
    email = {"display_name": "on call", "config": {"email": {"addresses": ["a@example.com"]}}}
    told = core.call("POST", f"{url}/api/2.0/notification-destinations", json=email).json()["id"]
    return {
        "workspace_id": core.cloud.workspace("prod").workspace_id,
        "binding_workspace_ids": [core.cloud.workspace("prod").workspace_id],
        "service_principal_id": int(numbers["deploys"]),
        "service_principal_name": application,
        "network_policy_id": "mlops-prod",
        "parent_path": "/Workspace/Shared/alerts",
        "destination_id": told,
        "warehouse_id": core.call("POST", f"{url}/api/2.0/sql/warehouses", json={"name": "w"}).json()["id"],
    }


def _resolved(value: Any, known: dict[str, Any]) -> Any:
    """The arguments with what is known in the place of references."""
    if isinstance(value, dict):
        kept = {name: each for name, each in value.items() if name not in ("depends_on", "lifecycle")}
        return {name: known.get(name, _resolved(each, known)) for name, each in kept.items()}
    return [_resolved(each, known) for each in value] if isinstance(value, list) else value


def _sent(value: Any) -> Any:
    """As the provider sends it: no list without entries."""
    if isinstance(value, dict):
        return {name: _sent(each) for name, each in value.items() if each != []}
    return value


@pytest.mark.parametrize("type_", CALLS)
def test_what_was_given_is_read_and_nothing_else(
    type_: str, core: Core, known: dict[str, Any], stacks_dir: Path
) -> None:
    """The stacks' own arguments, made and read as the provider does it: no result that it calls inconsistent."""
    calls, schema = CALLS[type_], schemas()["resource"][type_]
    arguments = next(iter(read_documents(stacks_dir)[calls.stack]["resource"][type_].values()))
    given = _resolved(arguments, known | {"account_id": ACCOUNT_ID})
    at = core.account_url if calls.stack == "account" else core.url("prod")
    if type_ == "databricks_workspace_network_option":
        core.call("POST", f"{at}{_ACCOUNT}/network-policies", json={"network_policy_id": "mlops-prod"})
    method, path = calls.make
    body = {calls.wrapper: _sent(given)} if calls.wrapper else _sent(given)
    made = core.call(method, f"{at}{path(given)}", json=body)
    assert made.is_success, made.text
    assert list(unlike(schema, given, made.json())) == []
    read = core.call("GET", f"{at}{calls.read(made.json())}")
    assert list(unlike(schema, given, read.json())) == []


@pytest.mark.parametrize(
    ("type_", "without", "answered"),
    [
        ("databricks_account_network_policy", "account_id", f"account_id: was null, but now {ACCOUNT_ID!r}"),
        ("databricks_tag_policy", "description", "description: was null, but now ''"),
    ],
)
def test_what_is_always_answered_is_answered_here(
    type_: str, without: str, answered: str, core: Core, stacks_dir: Path
) -> None:
    """Left out, it would fail the apply here as it does on Databricks."""
    calls = CALLS[type_]
    given = {**next(iter(read_documents(stacks_dir)[calls.stack]["resource"][type_].values()))}
    given.pop(without, None)
    at = core.account_url if calls.stack == "account" else core.url("prod")
    made = core.call("POST", f"{at}{calls.make[1](given)}", json=_sent(given)).json()
    assert list(unlike(schemas()["resource"][type_], given, made)) == [answered]
