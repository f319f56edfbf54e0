"""Builds the access model from synthesized stacks."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from policies import rights
from policies.access import running
from policies.access.azure import unread
from policies.access.claims import claims_of
from policies.access.given import READERS, assignment, membership
from policies.access.model import READ_WRITE, Assignment, Binding, Estate, Grant, Key, Membership, Securable
from policies.access.people import People
from policies.access.privileges import AZURE, SIGN_IN
from policies.access.securables import UNITY, made, parent, placed, unity_key
from policies.access.stacks import Resource, Stack
from policies.access.unknown import UNKNOWN_WORKSPACE, marked, told, workspace
from policies.unread import gives_unread

_ASSIGNMENTS = ("databricks_mws_permission_assignment", "databricks_permission_assignment")
_BINDINGS = ("databricks_workspace_binding", "databricks_catalog_workspace_binding")
_LEVEL_OF = {rights.WORKSPACE_ADMINS: "ADMIN", rights.WORKSPACE_USERS: "USER"}
# Resources that give access to an object of the workspace that their stack deploys to.
_PLACED = (
    "databricks_permissions",
    "databricks_secret_acl",
    "databricks_secret_scope",
    "databricks_sql_permissions",
    "databricks_entitlements",
    *("databricks_group", "databricks_service_principal", "databricks_user"),
    *running.READERS,
)
# A grant, with the stack and resource that declare it.
_Given = tuple[Stack, Resource, Grant]


def estate_of(stacks: Sequence[Stack]) -> Estate:
    """The access model of all `stacks` together."""
    people = People(stacks)
    given = list(_given(stacks, people))
    members = [one for stack in stacks for one in _members(stack, people)]
    memberships = tuple(one for one in members if isinstance(one, Membership))
    # Membership in a workspace's own `admins` or `users` assigns a principal to it.
    assignments = (*_assigned(stacks, people), *(one for one in members if isinstance(one, Assignment)))
    workspaces = {stack.workspace_id: stack.environment for stack in stacks if stack.workspace_id is not None}
    implied = [*_sign_ins(assignments, workspaces), *_belongings(memberships), *_modules(stacks)]
    grants = (*(grant for _, _, grant in given), *(grant for _, grant in implied))
    securables = _securables(stacks, people, given) | {item.key: item for item, _ in implied}
    return Estate(
        principals=_principals(people, grants, securables.values()),
        workspaces=workspaces,
        securables=securables,
        grants=grants,
        memberships=memberships,
        assignments=assignments,
        bindings=_bindings(stacks),
        isolated=frozenset(unity_key(item) for stack in stacks for item in _isolated(stack)),
        declared=people.declared,
        claims=claims_of(stacks, people, assignments),
    )


def _principals(people: People, grants: Iterable[Grant], securables: Iterable[Securable]) -> Mapping[str, str]:
    """All principals that the stacks create or mention."""
    azure = {grant.principal for grant in grants if grant.key.kind == AZURE}
    subjects = {grant.principal for grant in grants if grant.privilege == SIGN_IN}
    others = {grant.principal for grant in grants if grant.key.kind != AZURE and grant.privilege != SIGN_IN}
    owners = {item.owner for item in securables if item.owner}
    return people.kinds(others | owners, azure, subjects)


def _given(stacks: Sequence[Stack], people: People) -> Iterator[_Given]:
    for stack in stacks:
        for item in stack.resources:
            read = READERS.get(item.type) or (unread if gives_unread(item.type) else None)
            for principal, privilege, key in read(stack, item) if read else ():
                who, what = people.spelled(principal), people.named(key)
                yield stack, item, Grant(principal=who, privilege=privilege, key=what, declared=item.address)


def _securables(stacks: Sequence[Stack], people: People, given: Sequence[_Given]) -> dict[Key, Securable]:
    """The securables that the stacks create, and those that they only mention: jobs' tables, an existing metastore."""
    found: dict[Key, Securable] = {}
    for item in (one for stack in stacks for one in made(stack)):
        owner, run_as = (people.spelled(name) if name else "" for name in (item.owner, item.run_as))
        found.setdefault(item.key, replace(item, owner=owner, run_as=run_as))
    for stack, resource, grant in given:
        if resource.type in _PLACED:
            mentioned = placed(stack, grant.key, resource.address)
        else:
            mentioned = Securable(key=grant.key, declared=resource.address, parent=parent(grant.key))
        found.setdefault(grant.key, mentioned)
    return found


def _members(stack: Stack, people: People) -> Iterator[Membership | Assignment]:
    for item in stack.of("databricks_group_member"):
        group, member = (people.spelled(name) for name in membership(item))
        if group in _LEVEL_OF:
            where = UNKNOWN_WORKSPACE if stack.workspace_id is None else stack.workspace_id
            level = _LEVEL_OF[group]
            yield Assignment(principal=member, workspace_id=where, level=level, declared=item.address)
        else:
            yield Membership(group=group, member=member, declared=item.address)


def _assigned(stacks: Sequence[Stack], people: People) -> Iterator[Assignment]:
    for stack in stacks:
        for item in stack.of(*_ASSIGNMENTS):
            for who, where, level in assignment(stack, item):
                name = people.spelled(who)
                yield Assignment(principal=name, workspace_id=where, level=level, declared=item.address)


def _sign_ins(assignments: Iterable[Assignment], named: Mapping[int, str]) -> Iterator[tuple[Securable, Grant]]:
    """Workspaces as securables, and the principals that may sign in to them."""
    for item in assignments:
        key = _workspace_key(item.workspace_id, named)
        yield (
            Securable(key=key, declared=item.declared, workspace_id=item.workspace_id),
            Grant(principal=item.principal, privilege=item.level, key=key, declared=item.declared),
        )


def _workspace_key(number: int | str, named: Mapping[int, str] = MappingProxyType({})) -> Key:
    name = named.get(number, str(number)) if isinstance(number, int) else marked("workspace")
    return Key(kind="workspace", name=name)


def _belongings(memberships: Iterable[Membership]) -> Iterator[tuple[Securable, Grant]]:
    """Groups as securables, and their members."""
    for item in memberships:
        key = Key(kind="group", name=item.group)
        grant = Grant(principal=item.member, privilege="MEMBER", key=key, declared=item.declared)
        yield Securable(key=key, declared=item.declared), grant


def _modules(stacks: Sequence[Stack]) -> Iterator[tuple[Securable, Grant]]:
    """A module may grant anything to anyone."""
    for address in (one for stack in stacks for one in stack.modules):
        key = Key(kind="module", name=address)
        grant = Grant(principal=marked("anybody"), privilege=marked("anything"), key=key, declared=address)
        yield Securable(key=key, declared=address), grant


def _isolated(stack: Stack) -> Iterator[Resource]:
    return (item for item in stack.of(*UNITY) if str(item.values.get("isolation_mode", "")).endswith("ISOLATED"))


def _bindings(stacks: Sequence[Stack]) -> tuple[Binding, ...]:
    """The declared bindings, and the implicit one of the workspace that isolates an object."""
    declared = [_binding(item) for stack in stacks for item in stack.of(*_BINDINGS)]
    known = {(binding.key, binding.workspace_id) for binding in declared}
    implied = [
        Binding(key=unity_key(item), workspace_id=stack.workspace_id or UNKNOWN_WORKSPACE, type=READ_WRITE)
        for stack in stacks
        for item in _isolated(stack)
        if (unity_key(item), stack.workspace_id) not in known
    ]
    return (*declared, *implied)


def _binding(item: Resource) -> Binding:
    """A binding of unknown type may allow writing."""
    kind = str(item.values.get("securable_type") or "catalog")
    given = told(item.values.get("binding_type") or READ_WRITE)
    return Binding(
        key=Key(kind=kind, name=told(item.values.get("securable_name") or item.values.get("catalog_name"))),
        workspace_id=workspace(item.values.get("workspace_id")),
        type=given if given.startswith("BINDING_TYPE") else READ_WRITE,
    )
