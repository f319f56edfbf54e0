"""From synthesized stacks to what they say about access."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from policies.access.model import READ_WRITE, Assignment, Binding, Estate, Grant, Key, Membership, Securable
from policies.access.privileges import AZURE
from policies.access.stacks import Resource, Stack

_PRINCIPALS = {
    "databricks_group": "group",
    "databricks_service_principal": "service principal",
    "databricks_user": "user",
}
_UNITY = {
    "databricks_metastore": "metastore",
    "databricks_catalog": "catalog",
    "databricks_schema": "schema",
    "databricks_volume": "volume",
    "databricks_registered_model": "model",
    "databricks_external_location": "external_location",
    "databricks_storage_credential": "storage_credential",
}
_OBJECTS = {
    "databricks_job": "job",
    "databricks_cluster_policy": "cluster policy",
    "databricks_instance_pool": "instance pool",
    "databricks_sql_endpoint": "warehouse",
    "databricks_mlflow_experiment": "experiment",
    "databricks_model_serving": "serving endpoint",
    # A store is a database instance of that name, whichever of the two resources makes it.
    "databricks_online_store": "online store",
    "databricks_database_instance": "online store",
    "databricks_directory": "directory",
    "databricks_repo": "git folder",
    "databricks_dashboard": "dashboard",
    "databricks_secret_scope": "secret scope",
}
# The attribute of databricks_permissions by which an object is named.
_TARGETS = {
    "job_id": "job",
    "cluster_policy_id": "cluster policy",
    "instance_pool_id": "instance pool",
    "sql_endpoint_id": "warehouse",
    "experiment_id": "experiment",
    "serving_endpoint_id": "serving endpoint",
    "database_instance_name": "online store",
    "directory_id": "directory",
    "directory_path": "directory",
    "repo_id": "git folder",
    "repo_path": "git folder",
    "dashboard_id": "dashboard",
    "authorization": "tokens",
}
_PARENTS = {"schema": "catalog", "table": "schema", "volume": "schema", "model": "schema"}
_ROLE = "azurerm_role_assignment"
_GRANTED = {"catalog", "schema", "table", "volume", "model", "external_location", "storage_credential", "metastore"}


def estate_of(stacks: Sequence[Stack]) -> Estate:
    """What `stacks` say together."""
    securables = {item.key: item for stack in stacks for item in _securables(stack)}
    return Estate(
        principals=_principals(stacks),
        workspaces={stack.workspace_id: environment_of(stack) for stack in stacks if stack.workspace_id is not None},
        securables=securables,
        grants=tuple(grant for stack in stacks for grant in _grants(stack)),
        memberships=tuple(_membership(item) for stack in stacks for item in stack.of("databricks_group_member")),
        assignments=tuple(grant for stack in stacks for grant in _assignments(stack)),
        bindings=_bindings(stacks),
        isolated=frozenset(_unity_key(item) for stack in stacks for item in _isolated(stack)),
    )


def _principals(stacks: Sequence[Stack]) -> dict[str, str]:
    """Whoever the stacks make, and whoever they give an Azure role to."""
    roles = [item for stack in stacks for item in stack.of(_ROLE)]
    azure = {str(item.values.get("principal_id")): "azure identity" for item in roles}
    return azure | {item.name: _PRINCIPALS[item.type] for stack in stacks for item in stack.of(*_PRINCIPALS)}


def environment_of(stack: Stack) -> str:
    """`prod` of `prod-workspace`: what the names of a workspace's objects begin with."""
    return stack.name.rpartition("-")[0] or stack.name


def _securables(stack: Stack) -> Iterator[Securable]:
    for item in stack.of(*_UNITY):
        key = _unity_key(item)
        owner = str(item.values.get("owner") or "")
        yield Securable(key=key, declared=item.address, parent=_parent(key), owner=owner)
    for item in stack.of(*_OBJECTS):
        yield Securable(
            key=object_key(stack, _OBJECTS[item.type], item.name),
            declared=item.address,
            workspace_id=stack.workspace_id,
            run_as=_run_as(item.values),
        )
    for item in stack.of("databricks_grants", "databricks_grant"):
        key = _unity_target(item)
        # Jobs make tables, and own them; a metastore may be there already. Stacks only say who else may use one.
        if key.kind in ("table", "metastore"):
            yield Securable(key=key, declared=item.address, parent=_parent(key))
    for item in stack.of(_ROLE):
        yield Securable(key=_azure_scope(stack, item), declared=item.address)
    for item in stack.of("databricks_permissions"):
        if item.values.get("authorization"):
            key = object_key(stack, "tokens", str(item.values["authorization"]))
            yield Securable(key=key, declared=item.address, workspace_id=stack.workspace_id)


def _unity_key(item: Resource) -> Key:
    return Key(kind=_UNITY[item.type], name=item.name)


def object_key(stack: Stack, kind: str, name: str) -> Key:
    """The key of an object of the stack's workspace."""
    return Key(kind=kind, name=f"{environment_of(stack)}/{name}")


def _parent(key: Key) -> Key | None:
    kind = _PARENTS.get(key.kind)
    return Key(kind=kind, name=key.name.rpartition(".")[0]) if kind else None


def _run_as(values: Mapping[str, Any]) -> str:
    runner = values.get("run_as")
    block = runner[0] if isinstance(runner, list) and runner else runner
    found = block if isinstance(block, Mapping) else {}
    return str(found.get("service_principal_name") or found.get("user_name") or "")


def _grants(stack: Stack) -> Iterator[Grant]:
    for item in stack.resources:
        read = _READERS.get(item.type)
        for principal, privilege, key in read(stack, item) if read else ():
            yield Grant(principal=principal, privilege=privilege, key=key, declared=item.address)


_Given = Iterator[tuple[str, str, Key]]


def _unity_target(item: Resource) -> Key:
    kind = next((kind for kind in sorted(_GRANTED) if item.values.get(kind)), "")
    return Key(kind=kind or "unknown", name=str(item.values.get(kind) or item.address))


def _grants_list(_: Stack, item: Resource) -> _Given:
    for block in _blocks(item.values.get("grant")):
        for privilege in block.get("privileges") or ():
            yield str(block.get("principal")), str(privilege), _unity_target(item)


def _grant(_: Stack, item: Resource) -> _Given:
    for privilege in item.values.get("privileges") or ():
        yield str(item.values.get("principal")), str(privilege), _unity_target(item)


def _permissions(stack: Stack, item: Resource) -> _Given:
    attribute = next((name for name in _TARGETS if item.values.get(name)), "")
    key = object_key(stack, _TARGETS.get(attribute, "unknown"), str(item.values.get(attribute) or item.id))
    for block in _blocks(item.values.get("access_control")):
        who = block.get("group_name") or block.get("service_principal_name") or block.get("user_name")
        yield str(who), str(block.get("permission_level")), key


def _secret_acl(stack: Stack, item: Resource) -> _Given:
    key = object_key(stack, "secret scope", str(item.values.get("scope")))
    yield str(item.values.get("principal")), str(item.values.get("permission")), key


def _azure_scope(stack: Stack, item: Resource) -> Key:
    return object_key(stack, AZURE, str(item.values.get("scope")))


def _azure_role(stack: Stack, item: Resource) -> _Given:
    role = item.values.get("role_definition_name") or item.values.get("role_definition_id")
    limited = " (under a condition)" if item.values.get("condition") else ""
    yield str(item.values.get("principal_id")), f"{role}{limited}", _azure_scope(stack, item)


_READERS: Mapping[str, Callable[[Stack, Resource], _Given]] = {
    "databricks_grants": _grants_list,
    "databricks_grant": _grant,
    "databricks_permissions": _permissions,
    "databricks_secret_acl": _secret_acl,
    _ROLE: _azure_role,
}


def _membership(item: Resource) -> Membership:
    return Membership(
        group=str(item.values.get("group_id")), member=str(item.values.get("member_id")), declared=item.address
    )


def _assignments(stack: Stack) -> Iterator[Assignment]:
    for item in stack.of("databricks_mws_permission_assignment"):
        for level in item.values.get("permissions") or ():
            yield Assignment(
                principal=str(item.values.get("principal_id")),
                workspace_id=int(item.values["workspace_id"]),
                level=str(level),
                declared=item.address,
            )


def _isolated(stack: Stack) -> Iterator[Resource]:
    return (item for item in stack.of(*_UNITY) if str(item.values.get("isolation_mode", "")).endswith("ISOLATED"))


def _bindings(stacks: Sequence[Stack]) -> tuple[Binding, ...]:
    """The declared ones, and that of the workspace from which something is isolated, which comes with isolating."""
    declared = [_binding(item) for stack in stacks for item in stack.of("databricks_workspace_binding")]
    known = {(binding.key, binding.workspace_id) for binding in declared}
    implied = [
        Binding(key=_unity_key(item), workspace_id=stack.workspace_id, type=READ_WRITE)
        for stack in stacks
        if stack.workspace_id is not None
        for item in _isolated(stack)
        if (_unity_key(item), stack.workspace_id) not in known
    ]
    return (*declared, *implied)


def _binding(item: Resource) -> Binding:
    kind = str(item.values.get("securable_type") or "catalog")
    return Binding(
        key=Key(kind=kind, name=str(item.values.get("securable_name"))),
        workspace_id=int(item.values["workspace_id"]),
        type=str(item.values.get("binding_type") or READ_WRITE),
    )


def _blocks(value: Any) -> list[Mapping[str, Any]]:
    found = value if isinstance(value, list) else [value]
    return [block for block in found if isinstance(block, Mapping)]
