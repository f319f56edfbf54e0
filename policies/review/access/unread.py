"""Resource types that give access but are not parsed row by row: rights and principals are reported as unknown."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from policies.review.changes.differences import is_blank
from policies.review.changes.names import Names
from policies.terraform.change import Action, Change
from policies.unread import gives_unread

# Names of attributes that give access, for types in no list: new ones, or unknown ones.
_GIVES = re.compile(
    r"(aces?|acls?|access_control|access_policy|access_policies|assignments|assign_to_user|grants?|grant_rules"
    r"|member_ids?|members?|member_object_id|(read_|write_)?permissions?|permission_scope|principals?|principal_ids?"
    r"|principal_object_id|privileges|privilege_assignments|roles?|role_definition_(id|name)"
    r"|(admin|owner)s?(_group)?_object_ids?)"
)
# Types that have such names but give nothing: free-form maps, an identity of their own, rate limits.
_FREE = frozenset({
    "ai_gateway", "app_settings", "base_parameters", "custom_config", "custom_tags", "identity", "labels", "metadata",
    "named_parameters", "options", "parameters", "properties", "spark_conf", "spark_env_vars", "tags",
})  # fmt: skip
_MAKES = (Action.CREATE, Action.UPDATE, Action.REPLACE, Action.IMPORT, Action.UNKNOWN)


def gives_unread_access(change: Change, names: Names) -> bool:
    """Whether the change creates or changes a resource that gives access but is not parsed."""
    makes = change.action in _MAKES and change.after is not None
    return makes and (gives_unread(change.type) or _looks_so(change, names))


def _looks_so(change: Change, names: Names) -> bool:
    """Whether the configuration sets an attribute that gives access; a provider's defaults do not count."""
    unknown = change.unknown if isinstance(change.unknown, Mapping) else {}
    given = [name for name, value in change.values.items() if _gives_in(name, value)]
    given += [name for name, mark in unknown.items() if _gives_in(name, mark)]
    return any(names.sets(change, name) for name in given)


def _gives_in(name: str, value: Any) -> bool:
    """Whether the attribute, or one in its blocks, gives access and is set."""
    if name in _FREE or value in (None, "", 0, False):
        return False
    if _gives(name) and not is_blank(value):
        return True
    blocks = value if isinstance(value, list) else [value]
    return any(_gives_in(key, below) for block in blocks if isinstance(block, dict) for key, below in block.items())


@cache
def _gives(name: str) -> bool:
    return _GIVES.fullmatch(name) is not None


def subject(change: Change, names: Names) -> tuple[str, str]:
    """(kind, name) of the subject of the access, as far as known."""
    if change.type.startswith("azapi_"):
        return "Azure scope", names.text(change, "parent_id")
    return change.type, names.of(change)
