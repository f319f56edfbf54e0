"""Terraform passes an empty text in a list to the provider as null, which is not a string to the provider."""

from typing import Any

from ..engine.api import Resource, Severity, Verdict, failed, passed, rule

# Arguments that are lists, so that a single empty text in them is an item: checkov wraps every other value in a list
# too.
_LISTS = frozenset(
    {
        *("addresses", "destination_fqdns", "domain_names", "email_addresses", "granularities", "input_columns"),
        *("ip_addresses", "on_duration_warning_threshold_exceeded", "on_failure", "on_start", "on_success"),
        *("parameters", "permissions", "principals", "privileges", "ssh_public_keys", "to_principals"),
        *("except_principals", "jar_params", "commands", "values"),
    }
)
_MAY_HOLD = (dict, list)
_NOT_ARGUMENTS = ("//", "depends_on", "lifecycle", "provider")


@rule(
    "CKV_MLOPS_79",
    Severity.HIGH,
    "databricks_account_network_policy",
    "databricks_budget",
    "databricks_cluster",
    "databricks_cluster_policy",
    "databricks_grant",
    "databricks_grants",
    "databricks_instance_pool",
    "databricks_ip_access_list",
    "databricks_job",
    "databricks_model_serving",
    "databricks_mws_ncc_private_endpoint_rule",
    "databricks_mws_permission_assignment",
    "databricks_notification_destination",
    "databricks_pipeline",
    "databricks_policy_info",
    "databricks_quality_monitor",
    "databricks_recipient",
    "databricks_sql_endpoint",
    rationale="The apply fails half-way with `parameters[<nil>] is not a string`; no plan or validation reports it.",
    fix="Omit an item without a value, together with its flag, and let the program use its default.",
    control="Databricks provider 1.99.0: lists of texts",
)
def lists_hold_no_empty_text(resource: Resource) -> Verdict:
    """No list holds an empty text or a null."""
    places: set[str] = set()
    _collect(resource.block.raw_values, "", places)
    found = sorted(places)
    return failed(f"{', '.join(found)} has an empty item; allowed: texts") if found else passed()


def _collect(raw: Any, path: str, found: set[str]) -> None:
    """Add the paths below `raw` of lists with an empty item. Looks only into values that may contain a list."""
    if isinstance(raw, dict):
        for name, inner in raw.items():
            if isinstance(inner, _MAY_HOLD) and _is_argument(name):
                _collect(inner, f"{path}.{name}" if path else name, found)
    elif isinstance(raw, list):
        if _holds_empty(raw, path):
            found.add(path)
        if set(map(type, raw)) != {str}:
            for inner in raw:
                if isinstance(inner, _MAY_HOLD):
                    _collect(inner, path, found)


def _is_argument(name: str) -> bool:
    return name not in _NOT_ARGUMENTS and not name.startswith("__") and not name.endswith("_")


def _holds_empty(items: list[Any], path: str) -> bool:
    # A single null is an unset argument, which checkov wraps in a list.
    is_list = len(items) > 1 or (path.rpartition(".")[2] in _LISTS and items != [None])
    return (is_list and _has_empty(items)) or any(isinstance(item, list) and _has_empty(item) for item in items)


def _has_empty(items: list[Any]) -> bool:
    return None in items or "" in items
