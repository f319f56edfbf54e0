"""The access model of the stacks: principals, securables, and grants."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from policies.access.unknown import is_unknown

READ_WRITE = "BINDING_TYPE_READ_WRITE"


class Key(NamedTuple):
    """A securable: its kind, such as `schema`, and its full name.

    Objects of a workspace begin with its stack's environment, `prod/credit-training`, because their names are unique in
    one workspace only. A tuple, which is looked up faster than a dataclass: a matrix of 8,000 rows takes a million
    look-ups.
    """

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"

    @property
    def unknown(self) -> bool:
        """Whether the documents leave the securable unknown."""
        return is_unknown(self.name.partition("/")[2]) or is_unknown(self.name)


ACCOUNT = Key(kind="account", name="account")


@dataclass(frozen=True, kw_only=True)
class Securable:
    """An object of grants. It inherits privileges from `parent`.

    `workspace_id` is set for objects in one workspace, `UNKNOWN_WORKSPACE` if the documents do not say in which;
    `declared` is the resource's address.
    """

    key: Key
    declared: str
    parent: Key | None = None
    owner: str = ""
    workspace_id: int | str | None = None
    run_as: str = ""


@dataclass(frozen=True, kw_only=True)
class Grant:
    """A principal is given a privilege (or a level) on a securable, by the resource at `declared`."""

    principal: str
    privilege: str
    key: Key
    declared: str


@dataclass(frozen=True, kw_only=True)
class Membership:
    """A principal is a member of a group, by the resource at `declared`."""

    group: str
    member: str
    declared: str


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """A principal may sign in to a workspace, as `USER` or `ADMIN`, by the resource at `declared`."""

    principal: str
    workspace_id: int | str
    level: str
    declared: str


@dataclass(frozen=True, kw_only=True)
class Binding:
    """A workspace has access to an isolated securable, to read or to write (`type`)."""

    key: Key
    workspace_id: int | str
    type: str


@dataclass(frozen=True, kw_only=True)
class Claim:
    """The resource at `declared` sets all rights on a securable; those of one principal, if `principal` is set."""

    key: Key
    declared: str
    principal: str = ""


@dataclass(frozen=True, kw_only=True)
class Estate:
    """All declarations of the stacks. `principals` maps names to kinds; `workspaces` maps ids to environments.

    `declared` are the principals that the stacks create; the groups of all others are unknown.
    """

    principals: Mapping[str, str]
    workspaces: Mapping[int, str]
    securables: Mapping[Key, Securable]
    grants: tuple[Grant, ...]
    memberships: tuple[Membership, ...]
    assignments: tuple[Assignment, ...]
    bindings: tuple[Binding, ...]
    isolated: frozenset[Key] = field(default_factory=frozenset)
    declared: frozenset[str] = field(default_factory=frozenset)
    claims: tuple[Claim, ...] = ()

    def chain(self, key: Key) -> tuple[Securable, ...]:
        """Catalog, schema, … down to the securable."""
        found: list[Securable] = []
        current: Key | None = key
        while current is not None and current in self.securables:
            found.insert(0, self.securables[current])
            current = self.securables[current].parent
        return tuple(found)
