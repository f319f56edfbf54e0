"""The securables that the stacks create, and the names of those that they only mention."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from policies.access.model import Key, Securable
from policies.access.privileges import AZURE
from policies.access.stacks import Resource, Stack
from policies.access.unknown import UNKNOWN_WORKSPACE, blocks, marked, told

UNITY = {
    "databricks_metastore": "metastore",
    "databricks_catalog": "catalog",
    "databricks_schema": "schema",
    "databricks_sql_table": "table",
    "databricks_volume": "volume",
    "databricks_registered_model": "model",
    "databricks_external_location": "external_location",
    "databricks_storage_credential": "storage_credential",
    "databricks_credential": "credential",
    "databricks_connection": "foreign_connection",
    "databricks_share": "share",
    "databricks_recipient": "recipient",
    "databricks_function": "function",
}
OBJECTS = {
    "databricks_job": "job",
    "databricks_cluster": "cluster",
    "databricks_cluster_policy": "cluster policy",
    "databricks_instance_pool": "instance pool",
    "databricks_sql_endpoint": "warehouse",
    "databricks_mlflow_experiment": "experiment",
    "databricks_model_serving": "serving endpoint",
    "databricks_online_store": "online store",
    "databricks_database_instance": "online store",
    "databricks_directory": "directory",
    "databricks_repo": "git folder",
    "databricks_dashboard": "dashboard",
    "databricks_secret_scope": "secret scope",
    "databricks_pipeline": "pipeline",
    "databricks_notebook": "notebook",
    "databricks_query": "query",
    "databricks_alert_v2": "alert",
    "databricks_app": "app",
    "databricks_vector_search_endpoint": "vector search endpoint",
}
# Attributes of databricks_permissions whose name differs from that of the object.
_TARGETS = {
    "sql_endpoint_id": "warehouse",
    "database_instance_name": "online store",
    "repo_id": "git folder",
    "repo_path": "git folder",
    "sql_query_id": "query",
    "alert_v2_id": "alert",
    "sql_alert_id": "alert",
    "authorization": "tokens",
}
_RUN_AS = ("service_principal_name", "user_name", "group_name")
_NO_OBJECT = ("id", "access_control", "object_type", "provider_config", "depends_on", "lifecycle", "provider")
_NO_SECURABLE = (*_NO_OBJECT, "grant", "principal", "privileges", "count", "for_each")
_PARENTS = {"schema": "catalog", "table": "schema", "volume": "schema", "model": "schema", "function": "schema"}
_ENDS = re.compile(r"_(id|name|path)$")


def made(stack: Stack) -> Iterator[Securable]:
    """The securables that the stack creates."""
    for item in stack.of(*UNITY):
        key = unity_key(item)
        owner = str(item.values.get("owner") or "")
        yield Securable(key=key, declared=item.address, parent=parent(key), owner=told(owner) if owner else "")
    for item in stack.of(*OBJECTS):
        key = object_key(stack, OBJECTS[item.type], told(item.name))
        yield placed(stack, key, item.address, run_as=run_as(item.values))


def placed(stack: Stack, key: Key, declared: str, run_as: str = "") -> Securable:
    """An object of the workspace that the stack deploys to."""
    where = UNKNOWN_WORKSPACE if stack.workspace_id is None else stack.workspace_id
    return Securable(key=key, declared=declared, workspace_id=where, run_as=run_as)


def unity_key(item: Resource) -> Key:
    """The key of a resource that is a securable of Unity Catalog."""
    return _unity(UNITY[item.type], item.name)


def unity_target(item: Resource) -> Key:
    """The subject of a grant resource: the one attribute that is neither principal nor privilege."""
    kinds = [name for name, value in item.values.items() if value and name not in _NO_SECURABLE]
    kind = kinds[0] if kinds else "securable"
    return _unity(kind, item.values.get(kind))


def _unity(kind: str, name: Any) -> Key:
    """Names inside a catalog are case-insensitive, with and without backticks."""
    text = told(name)
    if "${" in text:
        return Key(kind=kind, name=marked(text.removeprefix(marked(""))))
    inside = kind in _PARENTS or kind == "catalog"
    return Key(kind=kind, name=text.replace("`", "").lower() if inside else text)


def object_target(stack: Stack, item: Resource) -> Key:
    """The subject of a permissions resource."""
    named = [name for name, value in item.values.items() if value and name not in _NO_SECURABLE]
    attribute = named[0] if named else "object"
    kind = _TARGETS.get(attribute) or _ENDS.sub("", attribute).replace("_", " ")
    if kind == "tokens":
        kind = str(item.values["authorization"])
    return object_key(stack, kind, told(item.values.get(attribute)))


def object_key(stack: Stack, kind: str, name: str) -> Key:
    """The key of an object of the stack's workspace."""
    return Key(kind=kind, name=f"{stack.environment}/{name}")


def azure_key(stack: Stack, scope: Any) -> Key:
    """A scope given by id is the same in every stack; one given by name belongs to the stack's environment."""
    text = told(scope)
    return Key(kind=AZURE, name=text) if text.startswith("/") else object_key(stack, AZURE, text)


def parent(key: Key) -> Key | None:
    """The parent of the securable."""
    kind = _PARENTS.get(key.kind)
    return Key(kind=kind, name=key.name.rpartition(".")[0]) if kind and not key.unknown else None


def run_as(values: Mapping[str, Any]) -> str:
    """The principal that an object runs as; empty if unset, unknown if it is an expression."""
    for block in blocks(values.get("run_as")):
        return told(next((block[name] for name in _RUN_AS if block.get(name)), None))
    older = values.get("run_as_user_name")
    return told(older) if older else ""
