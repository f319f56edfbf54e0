"""Resource types that give access and are not read row by row: what they give, and to whom, is said to be unknown."""

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import cache

from policies.review.differences import is_blank
from policies.review.names import Names
from policies.terraform.plan import Action, Change

# Roles, keys and sign-in whose forms are too many to read: all of Entra, and all that goes straight to Azure's API.
_UNREAD = (
    "azapi_*",
    "azuread_*",
    "azurerm_*_aad_administrator",
    "azurerm_*_access_policy*",
    "azurerm_*_active_directory_administrator",
    "azurerm_*_authorization_rule",
    "azurerm_*_deployment_script*",
    "azurerm_*_policy_assignment",
    "azurerm_*_policy_remediation",
    "azurerm_*_principal_assignment",
    "azurerm_*_role_assignment*",
    "azurerm_*_role_binding",
    "azurerm_*_role_definition",
    "azurerm_*_sas_token_definition",
    "azurerm_*_template_deployment",
    "azurerm_container_registry_scope_map",
    "azurerm_container_registry_token*",
    "azurerm_lighthouse_*",
    "azurerm_pim_*",
    "azurerm_role_management_policy",
    "azurerm_storage_account_local_user",
    "azurerm_virtual_machine_extension",
    "databricks_*_instance_profile",
    "databricks_account_federation_policy",
    "databricks_app",
    "databricks_clean_room*",
    "databricks_custom_app_integration",
    "databricks_git_credential",
    "databricks_instance_profile",
    "databricks_metastore_data_access",
    "databricks_mws_credentials",
    "databricks_obo_token",
    "databricks_published_app_integration",
    "databricks_service_principal_secret",
    "databricks_token",
)
# Attributes by which a type gives access that is in no list: a new one, or one that nobody here has met.
_GIVES = re.compile(
    r"(aces?|access_control|access_policy|access_policies|assignments|grants?|grant_rules|member_ids?|members?"
    r"|member_object_id|permissions?|permission_scope|principals?|principal_ids?|principal_object_id|privileges"
    r"|privilege_assignments|roles?|role_definition_(id|name))"
)
_MAKES = (Action.CREATE, Action.UPDATE, Action.REPLACE, Action.IMPORT, Action.UNKNOWN)


def gives_unread_access(change: Change, names: Names) -> bool:
    """Whether the change makes or changes what gives access and is not read."""
    makes = change.action in _MAKES and change.after is not None
    return makes and (_is_listed(change.type) or _looks_so(change, names))


@cache
def _is_listed(kind: str) -> bool:
    return any(fnmatchcase(kind, pattern) for pattern in _UNREAD)


def _looks_so(change: Change, names: Names) -> bool:
    """Whether the configuration sets an attribute that gives access; what a provider fills in gives none."""
    unknown = change.unknown if isinstance(change.unknown, Mapping) else {}
    given = [name for name, value in change.values.items() if not is_blank(value)]
    given += [name for name, mark in unknown.items() if mark]
    return any(_GIVES.fullmatch(name) and names.sets(change, name) for name in given)


def subject(change: Change, names: Names) -> tuple[str, str]:
    """(kind, name) of what the access is on, as far as that can be told."""
    if change.type.startswith("azapi_"):
        return "Azure scope", names.text(change, "parent_id")
    return change.type, names.of(change)
