"""The shapes of fields with the same meaning in all Databricks services: text, objects, lists.

A body with another shape is unreadable: Databricks responds with 400 and names the expected shape. Free-form maps
(tags, parameters, Spark settings) are not examined.
"""

from collections.abc import Iterator
from typing import Any

_TEXTS = frozenset(
    {"name", "path", "url", "definition", "task_key", "principal", "owner", "comment", "scope", "key", "label"}
    | {"catalog_name", "schema_name", "function_name", "alias", "policy_type", "tag_key", "permission"}
    | {"on_securable_type", "on_securable_fullname", "for_securable_type", "permission_level", "binding_type"}
    | {"table_name", "feature_name", "output_name"}
    | {"group_name", "user_name", "service_principal_name", "display_name", "query_text", "credential_name"}
)
_OBJECTS = frozenset(
    {"azure_managed_identity", "azure_service_principal", "evaluation", "query", "config", "setting", "budget"}
    | {"policy", "oidc_policy", "metastore_info", "rule_set", "column_mask", "row_filter", "function_info"}
    | {"input_params", "python_wheel_task", "notebook_task", "spark_python_task", "condition_task", "for_each_task"}
    | {"run_job_task", "network_access", "egress", "feature_lookup"}
)
_OBJECT_LISTS = frozenset(
    {"tasks", "changes", "access_control_list", "match_columns", "alert_configurations", "action_configurations"}
    | {"served_entities", "served_models", "grant_rules", "features", "rename_outputs", "default_values"}
)
_LISTS = frozenset({"values", "add", "remove"})
_FREE = frozenset(
    {"tags", "custom_tags", "properties", "spark_conf", "spark_env_vars", "parameters", "named_parameters", "metadata"}
    | {"base_parameters", "job_parameters", "environment_vars", "options", "Operations"}
)


def require(body: dict[str, Any]) -> dict[str, Any]:
    """`body`, if its known fields have their shapes. Raises ValueError that names each other field."""
    found = list(_problems(body, ""))
    if found:
        raise ValueError("; ".join(found))
    return body


def _problems(value: Any, at: str) -> Iterator[str]:
    if isinstance(value, list):
        for place, each in enumerate(value):
            yield from _problems(each, f"{at}[{place}]")
    elif isinstance(value, dict):
        for name, each in value.items():
            wanted = _wanted(name, each)
            where = f"{at}.{name}".lstrip(".")
            if wanted:
                yield f"{where} is {str(each)[:40]!r}: give {wanted}"
            elif name not in _FREE:
                yield from _problems(each, where)


def _wanted(name: str, value: Any) -> str:
    """The expected shape of a field, if `value` has another; null counts as absent."""
    if value is None:
        return ""
    if name in _TEXTS:
        return "" if isinstance(value, str) else "a text"
    if name in _OBJECTS:
        return "" if isinstance(value, dict) else "an object"
    if name in _LISTS:
        return "" if isinstance(value, list) else "a list"
    if name in _OBJECT_LISTS:
        fits = isinstance(value, list) and all(isinstance(each, dict) for each in value)
        return "" if fits else "a list of objects"
    return ""
