"""The names by which grants reach a principal, its sign-in rights, and the principals that it may run as.

Everyone is in `account users`; principals that may sign in to a workspace are in its `users`, its admins in its
`admins`.
"""

from collections.abc import Iterable, Mapping
from functools import cached_property

from policies import rights
from policies.access.model import Assignment, Estate
from policies.access.people import AZURE_IDENTITY, BUILT_IN, FEDERATED, UNKNOWN_KIND
from policies.access.unknown import UNKNOWN_WORKSPACE, is_unknown

# The role that allows starting runs as a service principal.
RUN_AS = "roles/servicePrincipal.user"
_IN_NO_GROUP = (AZURE_IDENTITY, BUILT_IN, FEDERATED, UNKNOWN_KIND, "recipient")
Steps = tuple[str, ...]


class Members:
    """Memberships, sign-in rights and run-as rights of one estate."""

    def __init__(self, estate: Estate) -> None:
        self._estate = estate
        self._known: dict[str, Mapping[str, Steps]] = {}
        self._workspaces: dict[str, frozenset[int | str]] = {}
        self._assigned: dict[str, tuple[Assignment, ...]] = {}

    def identities(self, principal: str) -> Mapping[str, Steps]:
        """Every name by which grants reach the principal: itself and its groups, with the steps to each."""
        if principal not in self._known:
            found = self._groups_of(principal)
            for item in self._assigned_to(found):
                steps = (*found[item.principal], f"{item.principal} may sign in ({item.declared})")
                found.setdefault(rights.WORKSPACE_USERS, (*steps, f"so it is in {rights.WORKSPACE_USERS}"))
                if item.level != "USER":
                    found.setdefault(rights.WORKSPACE_ADMINS, (*steps, f"so it is in {rights.WORKSPACE_ADMINS}"))
            if UNKNOWN_WORKSPACE in self.signs_in(principal) and not self._is_built_in(principal):
                unsaid = f"no stack says where {principal} may sign in, so it may be in {rights.WORKSPACE_USERS}"
                found.setdefault(rights.WORKSPACE_USERS, (unsaid,))
            self._known[principal] = found
        return self._known[principal]

    def assigned(self, principal: str) -> tuple[Assignment, ...]:
        """The sign-in rights of the principal, or of a group of it, to workspaces."""
        if principal not in self._assigned:
            self._assigned[principal] = tuple(self._assigned_to(self.identities(principal)))
        return self._assigned[principal]

    def signs_in(self, principal: str) -> frozenset[int | str]:
        """Ids of workspaces; with `UNKNOWN_WORKSPACE` if the stacks do not name all of them.

        A built-in group signs in wherever anyone may; a group that is assigned to no workspace, wherever a member may.
        """
        if principal not in self._workspaces:
            found = {item.workspace_id for item in self._signing_in(principal)}
            unsaid = {UNKNOWN_WORKSPACE} if self._may_sign_in_elsewhere(principal, bool(found)) else set()
            self._workspaces[principal] = frozenset(found | unsaid)
        return self._workspaces[principal]

    def _signing_in(self, principal: str) -> Iterable[Assignment]:
        if self._is_built_in(principal):
            return self._estate.assignments
        return self._assigned_to(self._groups_of(principal)) or self._assigned_to(
            name for member in self._below(principal) for name in self._groups_of(member)
        )

    def _may_sign_in_elsewhere(self, principal: str, is_assigned: bool) -> bool:
        """Whether unknown sign-in rights are possible.

        True if no stack assigns anyone, if no stack declares the principal, or for a group if no stack names its
        members.
        """
        # An external subject signs in as another principal, whose rows list the workspaces.
        if self._estate.principals.get(principal) == FEDERATED:
            return False
        if not self._estate.assignments:
            return True
        if self._is_built_in(principal):
            return False
        if principal not in self._estate.declared:
            return True
        is_group = self._estate.principals.get(principal) == "group"
        return is_group and not is_assigned and principal not in self._members_of

    def run_as(self, principal: str) -> Mapping[str, Steps]:
        """The service principals as which the principal may start runs, with the steps to each."""
        found: dict[str, Steps] = {}
        open_ends: list[tuple[str, Steps]] = [(principal, ())]
        while open_ends:
            who, before = open_ends.pop()
            for name, steps in self.identities(who).items():
                for runner, declared in self._runners.get(name, ()):
                    if runner not in found and runner != principal:
                        found[runner] = (*before, *steps, f"{name} may run as {runner} ({declared})")
                        open_ends.append((runner, found[runner]))
        return found

    def _groups_of(self, principal: str) -> dict[str, Steps]:
        """The principal, its groups according to the stacks, and `account users`."""
        found: dict[str, Steps] = {principal: ()}
        open_ends = [principal]
        if self._estate.principals.get(principal) not in _IN_NO_GROUP:
            found[rights.ACCOUNT_USERS] = (f"everybody is in {rights.ACCOUNT_USERS}",)
            open_ends.append(rights.ACCOUNT_USERS)
        while open_ends:
            member = open_ends.pop()
            for group, declared in self._groups.get(member, ()):
                if group not in found:
                    found[group] = (*found[member], f"{member} is in {group} ({declared})")
                    open_ends.append(group)
        return found

    def _below(self, group: str) -> set[str]:
        """The principal and, if it is a group, its members according to the stacks."""
        found, open_ends = {group}, [group]
        while open_ends:
            new = set(self._members_of.get(open_ends.pop(), ())) - found
            found |= new
            open_ends += new
        return found

    def _assigned_to(self, names: Iterable[str]) -> list[Assignment]:
        known = set(names)
        return [item for item in self._estate.assignments if item.principal in known]

    def _is_built_in(self, principal: str) -> bool:
        return self._estate.principals.get(principal) == BUILT_IN

    @cached_property
    def _groups(self) -> Mapping[str, list[tuple[str, str]]]:
        found: dict[str, list[tuple[str, str]]] = {}
        for item in self._estate.memberships:
            found.setdefault(item.member, []).append((item.group, item.declared))
        return found

    @cached_property
    def _members_of(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for item in self._estate.memberships:
            found.setdefault(item.group, []).append(item.member)
        return found

    @cached_property
    def _runners(self) -> Mapping[str, list[tuple[str, str]]]:
        """By principal: the service principals that it may run as. An unknown role may be the one for it."""
        found: dict[str, list[tuple[str, str]]] = {}
        for grant in self._estate.grants:
            if grant.key.kind == "service principal" and (grant.privilege == RUN_AS or is_unknown(grant.privilege)):
                found.setdefault(grant.principal, []).append((grant.key.name, grant.declared))
        return found
