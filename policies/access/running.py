"""The principals that jobs, pipelines, alerts and queries run as, and the users of single-user clusters.

The named principal gains no rights on the object itself: the object runs with the rights of that principal.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from policies.access.model import Key
from policies.access.privileges import RUNS_AS, SINGLE_USER
from policies.access.securables import OBJECTS, object_key, run_as
from policies.access.stacks import Resource, Stack
from policies.access.unknown import marked, texts, told

# Modes in which a cluster belongs to one user or group. Without a mode the platform may choose one of them.
_ONE_USER = ("", "SINGLE_USER", "DATA_SECURITY_MODE_DEDICATED", "DATA_SECURITY_MODE_AUTO")
_DEDICATED = ("SINGLE_USER", "DATA_SECURITY_MODE_DEDICATED")
_OLDER = "LEGACY_SINGLE_USER"
# Blocks with clusters at any depth: an expression instead of one may name anyone.
_HOLDS_CLUSTERS = ("job_cluster", "new_cluster", "task")
_DEFINITIONS = ("definition", "policy_family_definition_overrides")
# Queries and alerts of these types run as their owner.
_OWNED = {"databricks_alert": "alert", "databricks_query": "query"}
# Principal, privilege, securable.
Given = Iterator[tuple[str, str, Key]]


def runs(stack: Stack, item: Resource) -> Given:
    """The principal that it runs as, and the single users of the clusters that it starts."""
    key = object_key(stack, OBJECTS[item.type], told(item.name))
    named = run_as(item.values)
    if named:
        yield named, RUNS_AS, key
    for who in _single_users(item.values):
        yield who, SINGLE_USER, key


def cluster(stack: Stack, item: Resource) -> Given:
    """The single user of a cluster; without a name, the user who creates it."""
    key = object_key(stack, OBJECTS[item.type], told(item.name))
    users = list(_single_users(item.values))
    if not users and item.values.get("data_security_mode") in _DEDICATED:
        users = [marked("whoever makes the cluster")]
    for who in users:
        yield who, SINGLE_USER, key


def cluster_policy(stack: Stack, item: Resource) -> Given:
    """The users for whom the policy allows clusters, if it names them."""
    key = object_key(stack, OBJECTS[item.type], told(item.name))
    for text in (str(item.values[name]) for name in _DEFINITIONS if item.values.get(name)):
        for who in _allowed_users(text):
            yield who, SINGLE_USER, key


def _allowed_users(definition: str) -> Iterator[str]:
    """The fixed user, and the listed ones. Text that is not JSON yet, such as an expression, may name anyone."""
    try:
        rules = json.loads(definition)
    except ValueError:
        rules = None
    if not isinstance(rules, Mapping):
        yield told(definition) if "${" in definition else marked("a definition that is not a JSON object")
        return
    for name, rule in rules.items():
        if name.endswith("single_user_name") and isinstance(rule, Mapping):
            yield from texts(rule.get("value"))
            yield from texts(rule.get("values"))


def owned(stack: Stack, item: Resource) -> Given:
    """The owner of a query or an alert, which runs with its rights unless it runs with the viewer's."""
    owner = item.values.get("owner_user_name")
    if owner and str(item.values.get("run_as_mode") or "OWNER").upper() != "VIEWER":
        yield told(owner), RUNS_AS, object_key(stack, _OWNED[item.type], told(item.name))


def _single_users(values: Any) -> Iterator[str]:
    """The single users of every cluster at any depth: also of tasks, and of tasks in loops."""
    if isinstance(values, Mapping):
        mode = str(values.get("data_security_mode") or "")
        if values.get("single_user_name") and (mode in _ONE_USER or mode.startswith(_OLDER) or "${" in mode):
            yield told(values["single_user_name"])
        for name, part in values.items():
            if name in _HOLDS_CLUSTERS and isinstance(part, str):
                yield told(part)
            yield from _single_users(part)
    elif isinstance(values, list):
        for part in values:
            yield from _single_users(part)


READERS = {
    "databricks_alert": owned,
    "databricks_alert_v2": runs,
    "databricks_cluster": cluster,
    "databricks_cluster_policy": cluster_policy,
    "databricks_job": runs,
    "databricks_pipeline": runs,
    "databricks_query": owned,
}
