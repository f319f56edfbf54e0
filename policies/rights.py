"""Normalized principals and privileges: one spelling for each, whatever a document writes.

Source: Databricks Terraform provider, `databricks_grants` (privileges are upper-cased, blanks become underscores), and
Azure Databricks, "Manage groups" (`users` and `account users` are built in; names of groups differ in more than case)
and "GRANT" (what `ALL PRIVILEGES` leaves out).
"""

import re
from functools import lru_cache

# The groups of all users: of the account, and of the workspace.
ACCOUNT_USERS = "account users"
WORKSPACE_USERS = "users"
EVERYBODY = (ACCOUNT_USERS, WORKSPACE_USERS)
WORKSPACE_ADMINS = "admins"
# Groups that every account or workspace has, whose names are case-insensitive.
BUILT_IN = (*EVERYBODY, WORKSPACE_ADMINS)
_ALIASES = {"all account users": ACCOUNT_USERS, "all workspace users": WORKSPACE_USERS}
_BLANKS = re.compile(r"\s+")
_SEPARATORS = re.compile(r"[\s_]+")
_ALL = {"ALL", "ALL_PRIVILEGES", "ALL_PRIVILEGE"}
# Privileges that `ALL_PRIVILEGES` omits: it allows neither granting nor taking data out of the platform.
NOT_IN_ALL = frozenset({"MANAGE", "EXTERNAL_USE_SCHEMA", "EXTERNAL_USE_LOCATION"})


@lru_cache(maxsize=10_000)
def privilege(text: str) -> str:
    """A privilege, permission level or secret permission: `all privileges` becomes `ALL_PRIVILEGES`."""
    found = _SEPARATORS.sub("_", text.strip()).upper()
    return "ALL_PRIVILEGES" if found in _ALL else found


def covers(granted: str, wanted: str) -> bool:
    """Whether the granted privilege is, or includes, the wanted one. Both as `privilege` spells them."""
    return granted == wanted or (granted == "ALL_PRIVILEGES" and wanted not in NOT_IN_ALL)


@lru_cache(maxsize=50_000)
def principal(text: str) -> str:
    """A principal's name: built-in groups in their standard spelling, all others without extra blanks.

    The names of rule sets carry the kind in front (`groups/account users`); a built-in group loses it.
    """
    found = _BLANKS.sub(" ", text.strip())
    bare = found.removeprefix("groups/").lower()
    bare = _ALIASES.get(bare, bare)
    return bare if bare in BUILT_IN else found


def principal_key(text: str) -> str:
    """A key that is equal for all spellings of one principal: `Analysts` and `analysts` are the same group."""
    return principal(text).casefold()


def is_everybody(text: str) -> bool:
    """Whether the principal is a built-in group of all users."""
    return principal(text) in EVERYBODY
