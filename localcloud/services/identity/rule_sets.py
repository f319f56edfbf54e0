"""Rule sets: roles on an object of the account, for example a service principal."""

from collections.abc import Mapping
from typing import Any

from localcloud.kernel import directory
from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import bad_request, denied
from localcloud.kernel.identity import Caller
from localcloud.kernel.store import Document

_KIND = "rule_set"
_USER = "roles/servicePrincipal.user"


def read(cloud: Cloud, name: str) -> Document:
    """The rule set `accounts/<id>/<type>/<object>/ruleSets/default`; empty if no role was assigned."""
    return cloud.store.get(_KIND, _key(name)) or {"name": name, "grant_rules": [], "etag": "0"}


def write(cloud: Cloud, name: str, rules: list[Document]) -> Document:
    """Replace the rules."""
    etag = str(cloud.store.next_id(_KIND))
    document = {"name": name, "grant_rules": rules, "etag": etag}
    cloud.store.put(_KIND, _key(name), document)
    return document


def may_run_as(cloud: Cloud, caller: Caller, application_id: str) -> bool:
    """Whether the caller may run a job or an alert as the service principal: by its role `user`, or as account admin.

    Being a workspace admin is not enough: the stacks restrict admins to what they were given.
    """
    rules = read(cloud, f"accounts/_/servicePrincipals/{application_id}/ruleSets/default")["grant_rules"]
    holders = {who.partition("/")[2] for rule in rules if rule["role"] == _USER for who in rule["principals"]}
    return caller.is_admin or bool(holders & caller.identities)


def run_as(cloud: Cloud, caller: Caller, wanted: Mapping[str, Any], creator: str) -> str:
    """The principal of a job or an alert: its creator, or one the caller may use. Raises `ApiError` 400 or 403."""
    name = wanted.get("service_principal_name") or wanted.get("user_name")
    if name is None:
        return creator
    found = directory.find(cloud.store, name)
    if found is None or found.kind == "group" or found.principal != name:
        raise bad_request(f"run_as '{name}' is neither a user name nor a service principal's application id.")
    if name != caller.principal and not may_run_as(cloud, caller, str(name)):
        raise denied(
            f"'{caller.display_name}' may not let a job or an alert run as '{name}': it lacks the role "
            "servicePrincipal.user."
        )
    return str(name)


def _key(name: str) -> str:
    """The name without the account's id: the local cloud has one account, whatever id a document contains."""
    return "/".join(name.split("/")[2:])
