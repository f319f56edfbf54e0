"""The arguments to change on each resource type after apply: those that the providers update in place.

Source: the providers' own documentation. Arguments that force replacement are left out. A type is not changed here if
it has no such argument, or only one by which other resources find it (the names of groups).
"""

import copy
from collections.abc import Callable, Mapping
from typing import Any

Arguments = dict[str, Any]
Change = Callable[[Any], Any]

_SAID = "Changed by conformance."
_TAG = {"conformance": "updated"}


def _said(_: Any) -> str:
    return _SAID


def _renamed(name: Any) -> str:
    return f"{name} (conformance)"


def _more(by: int) -> Change:
    """A number increased by `by`; `by` itself if none is given."""
    return lambda number: (number or 0) + by


def _tagged(tags: Any) -> dict[str, str]:
    return {**(tags or {}), **_TAG}


def _with(value: str) -> Change:
    return lambda values: [*(values or []), value]


_COMMENT: Mapping[str, Change] = {"comment": _said}
_DESCRIPTION: Mapping[str, Change] = {"description": _said}

UPDATES: Mapping[str, Mapping[str, Change]] = {
    "azurerm_consumption_budget_subscription": {"amount": _more(1)},
    "azurerm_firewall_policy_rule_collection_group": {"priority": _more(1)},
    "azurerm_key_vault": {"enabled_for_template_deployment": lambda _: True},
    "azurerm_log_analytics_workspace": {"retention_in_days": _more(1)},
    "azurerm_monitor_activity_log_alert": _DESCRIPTION,
    "azurerm_network_security_rule": _DESCRIPTION,
    "azurerm_role_definition": _DESCRIPTION,
    "azurerm_storage_container": {"metadata": _tagged},
    "azurerm_subnet": {"service_endpoints": _with("Microsoft.ContainerRegistry")},
    "databricks_budget": {"display_name": _renamed},
    "databricks_budget_policy": {"policy_name": _renamed},
    "databricks_catalog": _COMMENT,
    "databricks_cluster_policy": {"description": _said, "max_clusters_per_user": _more(1)},
    "databricks_external_location": _COMMENT,
    "databricks_instance_pool": {"idle_instance_autotermination_minutes": _more(1), "max_capacity": _more(1)},
    "databricks_ip_access_list": {"label": _renamed, "ip_addresses": _with("198.51.100.0/24")},
    "databricks_job": {"description": _said, "max_concurrent_runs": _more(1), "tags": _tagged},
    "databricks_notification_destination": {"display_name": _renamed},
    "databricks_query": _DESCRIPTION,
    "databricks_registered_model": _COMMENT,
    "databricks_schema": _COMMENT,
    "databricks_service_principal_federation_policy": _DESCRIPTION,
    "databricks_sql_endpoint": {"auto_stop_mins": _more(5), "max_num_clusters": _more(1)},
    "databricks_storage_credential": _COMMENT,
    "databricks_tag_policy": _DESCRIPTION,
    "databricks_volume": _COMMENT,
}


def edited(document: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, tuple[str, ...]]]:
    """A copy of a stack's document with all changes of `UPDATES` and tags, and the changed arguments by address."""
    new: dict[str, Any] = copy.deepcopy(dict(document))
    changed = {
        f"{type_}.{name}": tuple(_edit(type_, instance))
        for type_, by_name in new.get("resource", {}).items()
        for name, instance in by_name.items()
    }
    return new, {address: arguments for address, arguments in changed.items() if arguments}


def _edit(type_: str, instance: Arguments) -> list[str]:
    """Change one resource; returns the changed arguments. References and arguments under `ignore_changes` stay."""
    changes = dict(UPDATES.get(type_, {}))
    if type_.startswith("azurerm_") and "tags" in instance:
        changes["tags"] = _tagged
    ignored = (instance.get("lifecycle") or {}).get("ignore_changes") or []
    wanted = {
        name: change
        for name, change in changes.items()
        if ignored != "all" and name not in ignored and "${" not in str(instance.get(name))
    }
    instance |= {name: change(instance.get(name)) for name, change in wanted.items()}
    return sorted(wanted)
