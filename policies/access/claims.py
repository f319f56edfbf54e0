"""Resources that set the complete rights on a securable: they revoke rights given to it by other resources."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from policies.access.given import rule_set_key, scope_key, table_acl_key
from policies.access.model import Assignment, Claim, Key
from policies.access.people import People
from policies.access.securables import object_target, unity_target
from policies.access.stacks import Resource, Stack
from policies.access.unknown import marked, told

_WHOLE: Mapping[str, Callable[[Stack, Resource], Key]] = {
    "databricks_grants": lambda _, item: unity_target(item),
    "databricks_permissions": object_target,
    "databricks_access_control_rule_set": lambda _, item: rule_set_key(item),
    "databricks_sql_permissions": table_acl_key,
}
_OF_ONE: Mapping[str, Callable[[Stack, Resource], Key]] = {
    "databricks_grant": lambda _, item: unity_target(item),
    "databricks_secret_acl": scope_key,
}
_SIGN_IN = "permission_assignment"


def claims_of(stacks: Sequence[Stack], people: People, assignments: Iterable[Assignment]) -> tuple[Claim, ...]:
    """One for each resource that sets all rights on a securable, or all rights of one principal on it."""
    found = [claim for stack in stacks for claim in _claims(stack, people)]
    found += [
        Claim(key=_workspace(item.workspace_id), declared=item.declared, principal=item.principal)
        for item in assignments
        if _SIGN_IN in item.declared
    ]
    return tuple(dict.fromkeys(found))


def _claims(stack: Stack, people: People) -> Iterator[Claim]:
    for item in stack.of(*_WHOLE):
        yield Claim(key=people.named(_WHOLE[item.type](stack, item)), declared=item.address)
    for item in stack.of(*_OF_ONE):
        principal = people.spelled(told(item.values.get("principal")))
        yield Claim(key=_OF_ONE[item.type](stack, item), declared=item.address, principal=principal)


def _workspace(number: int | str) -> Key:
    return Key(kind="workspace", name=str(number) if isinstance(number, int) else marked("workspace"))
