"""Grants by securable, and the wording of steps."""

from collections.abc import Iterable, Mapping
from functools import cached_property

from policies.access.members import Members
from policies.access.model import Estate, Grant, Key
from policies.access.unknown import is_unknown


class Index:
    """The grants on each securable of an estate."""

    def __init__(self, estate: Estate, people: Members) -> None:
        self._estate = estate
        self._people = people
        self._metastores = [item for item in estate.securables.values() if item.key.kind == "metastore"]
        self._admins = {item.principal for item in estate.assignments if item.level != "USER"}
        self._named_on: dict[Key, frozenset[str]] = {}
        self._reaching: dict[tuple[str, Key], tuple[Grant, ...]] = {}

    def on(self, key: Key) -> tuple[Grant, ...]:
        """The grants on the securable itself."""
        return self._by_key.get(key, ())

    def reaching(self, principal: str, key: Key) -> tuple[Grant, ...]:
        """The grants on the securable itself that apply to the principal, or to a group of it."""
        found = self._reaching.get((principal, key))
        if found is None:
            identities = self._people.identities(principal)
            found = self._reaching[principal, key] = tuple(one for one in self.on(key) if one.principal in identities)
        return found

    def named_on(self, key: Key) -> frozenset[str]:
        """Every principal that could hold something on the securable: all others hold nothing on it."""
        if key not in self._named_on:
            chain = self._estate.chain(key)
            given = {grant.principal for link in chain for grant in self.on(link.key)}
            owners = {link.owner for link in (*chain, *self._metastores)}
            self._named_on[key] = frozenset(given | owners | self._admins)
        return self._named_on[key]

    def told(self, principal: str, identity: str, text: str) -> str:
        """How the principal gets an identity, and that identity's grant."""
        return "; ".join((*self._people.identities(principal)[identity], f"{identity} {text}"))

    def nobody_gave(self, principal: str, privilege: str, place: str, keys: Iterable[Key]) -> str:
        """The missing grant; and the unknown grants that may be the missing one."""
        return f"no grant of {privilege} on {place} to {self._named(principal)}{self.unsaid(principal, keys)}"

    def unsaid(self, principal: str, keys: Iterable[Key]) -> str:
        """The grants on the securables that may apply to the principal, or may be of any privilege."""
        identities = self._people.identities(principal)
        found = [
            f"; it is unknown whether {grant.declared} does, by {grant.privilege} for {grant.principal}"
            for key in keys
            for grant in self._unclear.get(key, ())
            if is_unknown(grant.principal) or grant.principal in identities
        ]
        return "".join(dict.fromkeys(found))

    def _named(self, principal: str) -> str:
        groups = [name for name in self._people.identities(principal) if name != principal]
        return f"{principal} or its groups {', '.join(groups)}" if groups else principal

    @cached_property
    def _by_key(self) -> Mapping[Key, tuple[Grant, ...]]:
        found: dict[Key, list[Grant]] = {}
        for grant in self._estate.grants:
            found.setdefault(grant.key, []).append(grant)
        return {key: tuple(grants) for key, grants in found.items()}

    @cached_property
    def _unclear(self) -> Mapping[Key, tuple[Grant, ...]]:
        """By securable, the grants whose principal or privilege is unknown."""
        unclear = {
            key: tuple(one for one in grants if is_unknown(one.principal) or is_unknown(one.privilege))
            for key, grants in self._by_key.items()
        }
        return {key: grants for key, grants in unclear.items() if grants}
