"""Cluster policies: whether a cluster's attributes conform to a policy's definition. Pure.

Source: Azure Databricks, "Compute policy reference". A definition maps an attribute's path
(`node_type_id`, `autoscale.max_workers`, `spark_conf.spark.databricks.cluster.profile`,
`custom_tags.team`, `dbus_per_hour`) to a rule with a `type`.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from localcloud.kernel.errors import bad_request

_TYPES = ("fixed", "forbidden", "allowlist", "blocklist", "regex", "range", "unlimited")
# Maps whose keys may hold dots themselves: everything after the first dot is one key.
_MAPS = ("spark_conf", "spark_env_vars", "custom_tags")
# Computed by Databricks from a price list, which does not exist locally: declared, never checked.
_VIRTUAL = ("dbus_per_hour", "cluster_type")
_ABSENT = object()


def parse(text: str) -> dict[str, dict[str, Any]]:
    """The definition in `text` (JSON). Raises `ApiError` 400 naming every invalid rule."""
    try:
        definition = json.loads(text)
    except ValueError as error:
        raise bad_request(f"The policy's definition is not JSON: {error}") from error
    if not isinstance(definition, dict):
        raise bad_request("The policy's definition must be a JSON object of attribute to rule.")
    problems = [problem for path, rule in definition.items() if (problem := _unusable(path, rule))]
    if problems:
        raise bad_request(f"The policy's definition has {len(problems)} problem(s): {'; '.join(problems)}")
    return definition


def with_defaults(definition: Mapping[str, Mapping[str, Any]], cluster: Mapping[str, Any]) -> dict[str, Any]:
    """`cluster` with the policy's fixed and default values for omitted settings."""
    result: dict[str, Any] = json.loads(json.dumps(cluster))
    for path, rule in definition.items():
        default = rule.get("value") if rule["type"] == "fixed" else rule.get("defaultValue")
        if path in _VIRTUAL or default is None or _read(result, path) is not _ABSENT:
            continue
        _write(result, path, default)
    return result


def violations(definition: Mapping[str, Mapping[str, Any]] | str, cluster: Mapping[str, Any]) -> list[str]:
    """Every violation of the policy by `cluster`, in the definition's order; empty if it conforms.

    The policy's defaults count as given. An attribute that a rule of type allowlist, regex or range
    speaks of is required, unless the rule says `isOptional`.
    """
    rules = parse(definition) if isinstance(definition, str) else definition
    filled = with_defaults(rules, cluster)
    found = (_violation(path, rule, filled) for path, rule in rules.items() if path not in _VIRTUAL)
    return [problem for problem in found if problem]


def _violation(path: str, rule: Mapping[str, Any], cluster: Mapping[str, Any]) -> str | None:
    value = _read(cluster, path)
    kind = rule["type"]
    if kind == "forbidden":
        return None if value is _ABSENT else f"{path} must not be set, and is {value!r}"
    if value is _ABSENT:
        needed = kind in ("allowlist", "regex", "range") and not rule.get("isOptional", False)
        return f"{path} must be set ({_allowed(rule)})" if needed else None
    return None if _conforms(rule, value) else f"{path} is {value!r}, allowed is {_allowed(rule)}"


def _conforms(rule: Mapping[str, Any], value: Any) -> bool:
    match rule["type"]:
        case "fixed":
            return _same(value, rule["value"])
        case "allowlist":
            return any(_same(value, allowed) for allowed in rule["values"])
        case "blocklist":
            return not any(_same(value, blocked) for blocked in rule["values"])
        case "regex":
            return re.fullmatch(rule["pattern"], str(value)) is not None
        case "range":
            return _in_range(rule, value)
        case _:
            return True


def _in_range(rule: Mapping[str, Any], value: Any) -> bool:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return False
    return bool(rule.get("minValue", float("-inf")) <= number <= rule.get("maxValue", float("inf")))


def _same(value: Any, allowed: Any) -> bool:
    """Equal as the REST API compares: `true` and "true", 4 and "4" are equal."""
    return value == allowed or _text(value) == _text(allowed)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _allowed(rule: Mapping[str, Any]) -> str:
    match rule["type"]:
        case "fixed":
            return f"only {rule['value']!r}"
        case "allowlist":
            return "one of " + ", ".join(str(value) for value in rule["values"])
        case "blocklist":
            return "anything but " + ", ".join(str(value) for value in rule["values"])
        case "regex":
            return f"what matches {rule['pattern']}"
        case _:
            return f"{rule.get('minValue', '-∞')} to {rule.get('maxValue', '∞')}"


def _unusable(path: str, rule: Any) -> str | None:
    kind = rule.get("type") if isinstance(rule, dict) else None
    if kind not in _TYPES:
        return f"{path} has type {kind!r}, allowed are {', '.join(_TYPES)}"
    needed = {"fixed": "value", "allowlist": "values", "blocklist": "values", "regex": "pattern"}.get(kind)
    if needed and needed not in rule:
        return f"{path} is of type {kind} and needs '{needed}'"
    if kind == "range" and not {"minValue", "maxValue"} & set(rule):
        return f"{path} is of type range and needs 'minValue' or 'maxValue'"
    return None


def _keys(path: str) -> list[str]:
    head, _, rest = path.partition(".")
    return [head, rest] if head in _MAPS else path.split(".")


def _read(cluster: Mapping[str, Any], path: str) -> Any:
    value: Any = cluster
    for key in _keys(path):
        if isinstance(value, list) and key.isdigit() and int(key) < len(value):
            value = value[int(key)]
        elif isinstance(value, dict) and value.get(key) is not None:
            value = value[key]
        else:
            return _ABSENT
    return value


def _write(cluster: dict[str, Any], path: str, value: Any) -> None:
    *outer, last = _keys(path)
    target = cluster
    for key in outer:
        nested = target.setdefault(key, {})
        if not isinstance(nested, dict):
            return
        target = nested
    target[last] = value
