"""Principals that stand for everyone or for one person, and the privileges that change things."""

import re
from functools import lru_cache

from .document import Resource
from .values import Block, Expression, Scalar
from .verdict import Verdict, failed, passed, unknown, worst

EVERYBODY = ("account users", "users")
_ALIASES = {"all account users": "account users", "all workspace users": "users"}

# Privileges of Unity Catalog that only read, or that only give entry for another grant.
READING = frozenset({
    "BROWSE", "EXECUTE", "READ_FILES", "READ_METADATA", "READ_VOLUME", "SELECT", "USE_CATALOG", "USE_CONNECTION",
    "USE_SCHEMA", "USAGE",
})  # fmt: skip
# Exactly one attribute of one resource or data source: a condition could result in either of two values.
_LONE = re.compile(r"(?:\$\{)?\s*((?:data\.)?([a-z][a-z0-9]*_\w+)\.[\w-]+)(?:\[[^\]]*\])?\.\w+\s*\}?")
# A reference to these is one identity, and never a group.
_IDENTITIES = frozenset({
    "azuread_service_principal", "azurerm_user_assigned_identity", "databricks_current_user",
    "databricks_service_principal", "databricks_user",
})  # fmt: skip
_PEOPLE = ("databricks_user.", "data.databricks_user.", "data.databricks_current_user.")


def is_everybody(value: Scalar) -> bool:
    """Whether the principal is a built-in group of all users."""
    return _is_called_everybody(str(value))


@lru_cache(maxsize=10_000)
def _is_called_everybody(text: str) -> bool:
    name = " ".join(text.split()).lower().removeprefix("groups/")
    return _ALIASES.get(name, name) in EVERYBODY


def principal_name(resource: Resource, value: Scalar) -> str | None:
    """The principal's name, literal or from one reference; None if the document does not contain it."""
    computed = isinstance(value, Expression)
    return None if computed and not _LONE.fullmatch(str(value)) else resource.name_of(value)


def means_everybody(resource: Resource, value: Scalar) -> bool | None:
    """Whether the principal is, or refers to, a group of all users; None if the document does not say."""
    reference = _LONE.fullmatch(str(value)) if isinstance(value, Expression) else None
    if reference and reference.group(2) in _IDENTITIES:
        return False
    name = principal_name(resource, value)
    return None if name is None else is_everybody(name)


def is_person(value: Scalar) -> bool | None:
    """Whether the principal is one user; None if the document does not say."""
    if isinstance(value, Expression) and value.references:
        return value.text.removeprefix("${").startswith(_PEOPLE)
    return None if isinstance(value, Expression) else "@" in str(value)


def entries(resource: Resource, path: str) -> list[Block | Verdict]:
    """The blocks at `path`; a verdict instead of each computed block."""
    blocks = resource.block.blocks(path)
    if any(isinstance(value, Expression) for value in resource.block.values(path)):
        return [unknown(f"{path} is computed as a whole, so its members cannot be seen here; write it out"), *blocks]
    return [*blocks]


def changing(privileges: list[Scalar]) -> list[str]:
    """The privileges that change, create or delegate, and computed ones that could be such."""
    names = [str(privilege).upper().replace(" ", "_") for privilege in privileges]
    return [name for name in names if name not in READING]


def nobody_named(held: list[str]) -> Verdict:
    """The verdict on rights without a principal: a parser that could not resolve it leaves it empty."""
    return unknown(f"the holder of {', '.join(held)} is not named; write it out")


def only_named_groups(resource: Resource, right: str) -> Verdict:
    """Whether no entry of `access_control` is for a group of all users; `right` tells what it may do: `may call it`."""
    return worst(_named_group(resource, entry, right) for entry in entries(resource, "access_control"))


def _named_group(resource: Resource, entry: Block | Verdict, right: str) -> Verdict:
    if isinstance(entry, Verdict):
        return entry
    group = entry.value("group_name")
    everybody = False if group is None else means_everybody(resource, group)
    if everybody is None:
        return unknown(f"who {group} is cannot be seen here, and it {right}; name it")
    return failed(f"{group} {right}; allowed: named groups") if everybody else passed()
