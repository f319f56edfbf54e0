"""Access rules of Unity Catalog.

A privilege on a securable applies to everything below it. Access inside a catalog needs USE_CATALOG, and inside a
schema USE_SCHEMA, except for metadata with BROWSE. An owner has all privileges on its object, and manages everything
below without reading or writing it. So the metastore's owner manages everything: it can grant itself missing rights,
which a review of the plan or of the audit log shows.
"""

import itertools
from collections.abc import Iterable, Iterator
from functools import lru_cache

from policies import rights
from policies.access.answers import Answer, Places, granted, meet, refused
from policies.access.index import Index
from policies.access.members import Members
from policies.access.model import READ_WRITE, Estate, Key, Securable
from policies.access.privileges import ENTRY, owner_holds, writes
from policies.access.unknown import is_unknown

_Chain = tuple[Securable, ...]


def _needs_entry(key: Key, privilege: str) -> bool:
    """Whether a privilege on a catalog or schema needs entry to be effective: managing it, and entering, do not."""
    known = not (key.unknown or is_unknown(privilege))
    return known and privilege not in (*ENTRY.values(), "MANAGE")


@lru_cache(maxsize=10_000)
def _is_covered(granted: frozenset[str], privilege: str) -> bool:
    """Whether one of the granted privileges includes this one. MANAGE gives entry too."""
    wanted = {privilege, "MANAGE"} if privilege in ENTRY.values() else {privilege}
    return any(rights.covers(one, each) for one in granted for each in wanted)


class Unity:
    """Answers about the securables of Unity Catalog."""

    def __init__(self, estate: Estate, people: Members, index: Index) -> None:
        self._estate = estate
        self._people = people
        self._index = index
        self._metastores = [item for item in estate.securables.values() if item.key.kind == "metastore"]
        self._bound_to: dict[tuple[Key, bool], Places] = {}

    def possible(self, principal: str, key: Key, privileges: Iterable[str]) -> Iterable[str]:
        """Those of the privileges that a grant or an owner's rights could give: `may` refuses all others."""
        chain = self._estate.chain(key)
        owners = {link.owner for link in (*chain, *self._metastores)}
        if not owners.isdisjoint(self._people.identities(principal)):
            return privileges
        granted = frozenset(one.privilege for link in chain for one in self._index.reaching(principal, link.key))
        return [name for name in privileges if _is_covered(granted, name)]

    def may(self, principal: str, key: Key, privilege: str) -> Answer:
        """Whether `principal` holds `privilege` on the securable, and the workspaces from which it can use it."""
        chain = self._estate.chain(key)
        keys = [link.key for link in chain]
        steps: list[str] = []
        # Metadata is visible without entry; and an unknown principal may have entry.
        inside = privilege == "BROWSE" or is_unknown(principal)
        for depth, link in enumerate(() if inside else chain[:-1], start=1):
            entry = self._reason(principal, chain[:depth], ENTRY[link.key.kind])
            if entry is None:
                missing = f"{principal} lacks {ENTRY[link.key.kind]} on {link.key}, without which nothing in it opens"
                return refused(missing + self._index.unsaid(principal, keys))
            steps.append(f"enters {link.key}: {entry}")
        own = ENTRY.get(key.kind)
        if own and not inside and _needs_entry(key, privilege) and self._reason(principal, chain, own) is None:
            return refused(f"{principal} lacks {own} on {key}, without which nothing in it opens")
        reason = self._reason(principal, chain, privilege)
        if reason is None:
            place = f"{key}, or on what it is in,"
            return refused(self._index.nobody_gave(principal, privilege, place, keys))
        return self._where(principal, chain[0], privilege, (*steps, f"{privilege} on {key}: {reason}"))

    def _reason(self, principal: str, chain: _Chain, privilege: str) -> str | None:
        """Why the principal holds a privilege on the last link, apart from entry; None if it does not."""
        owner, said = chain[-1].owner, not is_unknown(privilege)
        if said and owner in self._people.identities(principal) and owner_holds(chain[-1].key.kind, privilege):
            return self._index.told(principal, owner, f"owns {chain[-1].key} ({chain[-1].declared})")
        reasons = self._by_grant(principal, chain[::-1], privilege)
        # MANAGE gives entry and the right to grant, but neither reading nor writing.
        if privilege in (*ENTRY.values(), "MANAGE"):
            managing = self._by_grant(principal, chain[::-1], "MANAGE")
            reasons = itertools.chain(reasons, managing, self._as_owner(principal, chain[:-1]))
        return next(reasons, None)

    def _by_grant(self, principal: str, chain: _Chain, privilege: str) -> Iterator[str]:
        said = not is_unknown(privilege)
        for link in chain:
            for grant in self._index.reaching(principal, link.key):
                if grant.privilege == privilege or (said and rights.covers(grant.privilege, privilege)):
                    text = f"is granted {grant.privilege} on {link.key} ({grant.declared})"
                    yield self._index.told(principal, grant.principal, text)

    def _as_owner(self, principal: str, outside: _Chain) -> Iterator[str]:
        """It owns a parent of the securable, or the metastore."""
        for outer in (*outside, *self._metastores):
            if outer.owner in self._people.identities(principal):
                text = f"owns {outer.key}, so manages everything in it ({outer.declared})"
                yield self._index.told(principal, outer.owner, text)

    def _where(self, principal: str, root: Securable, privilege: str, steps: tuple[str, ...]) -> Answer:
        """The workspaces where a privilege can be used: by sign-in, and by the binding of an isolated securable."""
        places = self._people.signs_in(principal)
        changing = writes(privilege) and not is_unknown(privilege)
        reached = self._bound(root.key, write=changing) if root.key in self._estate.isolated else None
        places = places if reached is None else meet(places, reached)
        if not places and root.key.kind != "metastore":
            bound = "nowhere" if reached is not None and not reached else "another workspace than it may sign in to"
            verb = "written" if changing else "reached"
            return refused(*steps, f"but {root.key} can be {verb} from {bound}")
        return granted(steps, places, self._estate.workspaces)

    def _bound(self, key: Key, *, write: bool) -> Places:
        """The workspaces bound to the securable, including those whose binding names an unknown securable."""
        if (key, write) not in self._bound_to:
            found = [binding for binding in self._estate.bindings if binding.key == key or binding.key.unknown]
            places = frozenset(binding.workspace_id for binding in found if not write or binding.type == READ_WRITE)
            self._bound_to[key, write] = places
        return self._bound_to[key, write]
