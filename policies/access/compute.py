"""What a principal may do, and why: group membership, inheritance, ownership, entry, sign-in and workspace bindings.

The rules are Unity Catalog's: a privilege on a securable holds for all below it; nothing in a catalog is reached
without USE_CATALOG, nothing in a schema without USE_SCHEMA; an owner has everything on what it owns, and manages what
is below without reading or writing it. The metastore's owner so manages everything: it can grant itself what it lacks,
which a review of the plan or of the audit log shows.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from policies.access.model import READ_WRITE, Assignment, Estate, Grant, Key, Securable
from policies.access.privileges import AZURE, ENTRY, LEVELS, PRIVILEGES, owner_holds, writes


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Whether a principal holds a privilege, and the steps that say why, or what is missing.

    `workspaces` are the environments from whose workspace it can be used.
    """

    allowed: bool
    steps: tuple[str, ...]
    workspaces: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Holding:
    """One row of the access matrix: a principal holds a privilege on a securable, usable from `workspaces`."""

    principal: str
    principal_kind: str
    key: Key
    privilege: str
    workspaces: tuple[str, ...]
    why: tuple[str, ...]


class Access:
    """Answers about one estate."""

    def __init__(self, estate: Estate) -> None:
        self.estate = estate
        self._identities: dict[str, Mapping[str, tuple[str, ...]]] = {}

    def matrix(self) -> Iterator[Holding]:
        """Every privilege that every principal holds, by principal, kind and name."""
        for principal, kind in sorted(self.estate.principals.items()):
            for key in sorted(self.estate.securables):
                yield from self._holdings(principal, kind, key)

    def _holdings(self, principal: str, kind: str, key: Key) -> Iterator[Holding]:
        for privilege in self.privileges_on(key):
            answer = self.may(principal, key, privilege)
            if answer.allowed:
                yield Holding(
                    principal=principal,
                    principal_kind=kind,
                    key=key,
                    privilege=privilege,
                    workspaces=answer.workspaces,
                    why=answer.steps,
                )

    def may(self, principal: str, key: Key, privilege: str) -> Answer:
        """Whether `principal` holds `privilege` on the securable."""
        if key.kind == AZURE:
            return self._may_in_azure(principal, key, privilege)
        if key.kind in LEVELS:
            return self._may_on_object(principal, key, privilege)
        chain = self.estate.chain(key)
        steps: list[str] = []
        for depth, link in enumerate(chain[:-1], start=1):
            entry = self._reason(principal, chain[:depth], ENTRY[link.key.kind])
            if entry is None:
                return _no(f"{principal} lacks {ENTRY[link.key.kind]} on {link.key}, without which nothing in it opens")
            steps.append(f"enters {link.key}: {entry}")
        reason = self._reason(principal, chain, privilege)
        if reason is None:
            return _no(f"nobody gave {privilege} on {key}, or on what it is in, to {self._named(principal)}")
        return self._where(principal, chain[0], privilege, (*steps, f"{privilege} on {key}: {reason}"))

    def privileges_on(self, key: Key) -> tuple[str, ...]:
        """The privileges, levels or Azure roles that may be held on a securable."""
        if key.kind == AZURE:
            return tuple(sorted({grant.privilege for grant in self._grants.get(key, ())}))
        return privileges_on(key.kind)

    def _may_in_azure(self, principal: str, key: Key, role: str) -> Answer:
        """Roles as assigned: what one scope inherits from another is Azure's to say, and groups are Entra's."""
        for grant in self._grants.get(key, ()):
            if grant.principal == principal and grant.privilege == role:
                return Answer(allowed=True, steps=(f"{principal} has the role {role} on {key} ({grant.declared})",))
        return _no(f"nobody gave {role} on {key} to {principal}")

    def identities(self, principal: str) -> Mapping[str, tuple[str, ...]]:
        """Every name by which grants reach the principal: itself and its groups, each with the steps to it."""
        if principal not in self._identities:
            found: dict[str, tuple[str, ...]] = {principal: ()}
            open_ends = [principal]
            while open_ends:
                member = open_ends.pop()
                for group, declared in self._groups.get(member, ()):
                    if group not in found:
                        found[group] = (*found[member], f"{member} is in {group} ({declared})")
                        open_ends.append(group)
            self._identities[principal] = found
        return self._identities[principal]

    def _reason(self, principal: str, chain: tuple[Securable, ...], privilege: str) -> str | None:
        """Why the principal holds a privilege on the last link, entry left aside; None where it does not."""
        identities, last = self.identities(principal), chain[-1]
        if last.owner in identities and owner_holds(last.key.kind, privilege):
            return self._told(principal, last.owner, f"owns {last.key} ({last.declared})")
        for link in reversed(chain):
            for grant in self._grants.get(link.key, ()):
                if grant.principal in identities and _covers(grant.privilege, privilege):
                    text = f"is granted {grant.privilege} on {link.key} ({grant.declared})"
                    return self._told(principal, grant.principal, text)
        # Managing gives entry and the right to grant, and neither reading nor writing.
        if privilege in (*ENTRY.values(), "MANAGE"):
            return self._as_manager(principal, chain)
        return None

    def _as_manager(self, principal: str, chain: tuple[Securable, ...]) -> str | None:
        """Why the principal manages the last link: it owns what that is in, or the metastore."""
        identities = self.identities(principal)
        metastores = [item for item in self.estate.securables.values() if item.key.kind == "metastore"]
        for outer in (*chain[:-1], *metastores):
            if outer.owner in identities:
                text = f"owns {outer.key}, so manages what is in it ({outer.declared})"
                return self._told(principal, outer.owner, text)
        return None

    def _where(self, principal: str, root: Securable, privilege: str, steps: tuple[str, ...]) -> Answer:
        """From which workspaces a privilege can be used: sign-in, and the binding of an isolated securable."""
        signs_in = {item.workspace_id for item in self.assigned(principal)}
        reached = self._bound(root.key, write=writes(privilege)) if root.key in self.estate.isolated else None
        usable = sorted(signs_in if reached is None else signs_in & reached)
        named = tuple(self.estate.workspaces.get(number, str(number)) for number in usable)
        if not usable and root.key.kind != "metastore":
            bound = "nowhere" if reached is not None and not reached else "another workspace than it may sign in to"
            verb = "written" if writes(privilege) else "reached"
            return Answer(allowed=False, steps=(*steps, f"but {root.key} can be {verb} from {bound}"))
        return Answer(allowed=True, steps=steps, workspaces=named)

    def _bound(self, key: Key, *, write: bool) -> set[int]:
        found = [binding for binding in self.estate.bindings if binding.key == key]
        return {binding.workspace_id for binding in found if not write or binding.type == READ_WRITE}

    def _may_on_object(self, principal: str, key: Key, level: str) -> Answer:
        found, order = self.estate.securables.get(key), LEVELS[key.kind]
        if found is None or level not in order:
            return _no(f"there is no {level} on {key}")
        here = self.estate.workspaces.get(found.workspace_id or 0, "")
        for item in self.assigned(principal):
            if item.workspace_id == found.workspace_id and item.level == "ADMIN" and key.kind != "secret scope":
                text = f"is an admin of the workspace {here} ({item.declared})"
                return Answer(allowed=True, steps=(self._told(principal, item.principal, text),), workspaces=(here,))
        for grant in self._grants.get(key, ()):
            known = grant.privilege in order and order.index(grant.privilege) >= order.index(level)
            if known and grant.principal in self.identities(principal):
                text = f"has {grant.privilege} on {key} ({grant.declared})"
                return self._signed_in(principal, found, self._told(principal, grant.principal, text))
        return _no(f"nobody gave {level} on {key} to {self._named(principal)}")

    def _signed_in(self, principal: str, found: Securable, step: str) -> Answer:
        signs_in = {item.workspace_id for item in self.assigned(principal)}
        if found.workspace_id not in signs_in:
            return Answer(allowed=False, steps=(step, f"but {principal} may not sign in to that workspace"))
        return Answer(allowed=True, steps=(step,), workspaces=(self.estate.workspaces[found.workspace_id],))

    def assigned(self, principal: str) -> list[Assignment]:
        """The workspaces that the principal, or a group of it, may sign in to."""
        identities = self.identities(principal)
        return [item for item in self.estate.assignments if item.principal in identities]

    def _told(self, principal: str, identity: str, text: str) -> str:
        return "; ".join((*self.identities(principal)[identity], f"{identity} {text}"))

    def _named(self, principal: str) -> str:
        groups = [name for name in self.identities(principal) if name != principal]
        return f"{principal} or its groups {', '.join(groups)}" if groups else principal

    @cached_property
    def _grants(self) -> Mapping[Key, tuple[Grant, ...]]:
        found: dict[Key, list[Grant]] = {}
        for grant in self.estate.grants:
            found.setdefault(grant.key, []).append(grant)
        return {key: tuple(grants) for key, grants in found.items()}

    @cached_property
    def _groups(self) -> Mapping[str, tuple[tuple[str, str], ...]]:
        found: dict[str, list[tuple[str, str]]] = {}
        for item in self.estate.memberships:
            found.setdefault(item.member, []).append((item.group, item.declared))
        return {member: tuple(groups) for member, groups in found.items()}


def privileges_on(kind: str) -> tuple[str, ...]:
    """The privileges, or levels, that may be held on a kind of securable."""
    return PRIVILEGES.get(kind) or LEVELS.get(kind, ())


def _covers(granted: str, privilege: str) -> bool:
    return granted == privilege or (granted == "ALL_PRIVILEGES" and privilege != "MANAGE")


def _no(why: str) -> Answer:
    return Answer(allowed=False, steps=(why,))
