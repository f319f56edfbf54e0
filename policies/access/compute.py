"""The rights of a principal, and why it has them.

Net access is a principal's own rights; effective access adds its rights in runs as a service principal.
"""

from collections.abc import Iterable, Iterator, Mapping

from policies.access.answers import Answer, Holding, granted, meet, refused
from policies.access.index import Index
from policies.access.members import Members
from policies.access.model import Assignment, Estate, Key
from policies.access.objects import Objects
from policies.access.privileges import AS_WHOM, LEVELS, PRIVILEGES
from policies.access.unity import Unity

_Place = tuple[Key, str]


class Access:
    """Answers about one estate."""

    def __init__(self, estate: Estate) -> None:
        self.estate = estate
        self.people = Members(estate)
        self._index = Index(estate, self.people)
        self._unity = Unity(estate, self.people, self._index)
        self._objects = Objects(estate, self.people, self._index)
        self._privileges: dict[Key, tuple[str, ...]] = {}

    def matrix(self) -> Iterator[Holding]:
        """Every privilege that every principal effectively holds, by principal, kind and name."""
        keys = sorted(self.estate.securables)
        places = [(key, name) for key in keys for name in self.privileges_on(key)]
        net = {who: self._held(who, keys) for who in sorted(self.estate.principals)}
        for principal, held in net.items():
            runners = {name: net.get(name, {}) for name in sorted(self.people.run_as(principal))}
            for place in places if runners else held:
                found = runners.items() if place[1] not in AS_WHOM else ()
                answer = held.get(place) or self._through(
                    principal, ((name, own[place]) for name, own in found if place in own)
                )
                if answer.allowed:
                    yield self._row(principal, *place, answer)

    def _held(self, principal: str, keys: Iterable[Key]) -> Mapping[_Place, Answer]:
        mine = self.people.identities(principal).keys()
        near = (key for key in keys if not mine.isdisjoint(self._index.named_on(key)))
        places = ((key, name) for key in near for name in self._possible(principal, key))
        answers = ((place, self.may(principal, *place)) for place in places)
        return {place: answer for place, answer in answers if answer.allowed}

    def _possible(self, principal: str, key: Key) -> Iterable[str]:
        """The privileges worth asking about."""
        names = self.privileges_on(key)
        return self._unity.possible(principal, key, names) if key.kind in PRIVILEGES else names

    def _row(self, principal: str, key: Key, privilege: str, answer: Answer) -> Holding:
        return Holding(
            principal=principal,
            principal_kind=self.estate.principals[principal],
            key=key,
            privilege=privilege,
            workspaces=answer.workspaces,
            why=answer.steps,
            through=answer.through,
        )

    def may(self, principal: str, key: Key, privilege: str) -> Answer:
        """Whether `principal` itself holds `privilege` on the securable: its net access."""
        found = self.estate.securables.get(key)
        if found is None or privilege not in self.privileges_on(key):
            return refused(f"there is no {privilege} on {key}")
        if key.kind in PRIVILEGES:
            return self._unity.may(principal, key, privilege)
        if privilege in AS_WHOM:
            return self._objects.as_whom(principal, found, privilege)
        if found.workspace_id is not None:
            return self._objects.by_level(principal, found, privilege)
        return self._objects.by_role(principal, key, privilege)

    def effective(self, principal: str, key: Key, privilege: str) -> Answer:
        """The same, including runs as a service principal if it does not hold the privilege itself."""
        own = self.may(principal, key, privilege)
        apart = own.allowed or privilege in AS_WHOM
        runners = () if apart else sorted(self.people.run_as(principal))
        found = self._through(principal, ((name, self.may(name, key, privilege)) for name in runners))
        return found if found.allowed else own

    def _through(self, principal: str, runners: Iterable[tuple[str, Answer]]) -> Answer:
        """Through the first service principal that holds it, if the principal can start runs where it applies."""
        for name, answer in runners:
            places = meet(self.people.signs_in(principal), answer.places)
            if answer.allowed and (places or not answer.places):
                steps = (*self.people.run_as(principal)[name], *answer.steps)
                return granted(steps, places, self.estate.workspaces, through=name)
        return refused()

    def privileges_on(self, key: Key) -> tuple[str, ...]:
        """The privileges, levels or roles that exist for a securable; at the end those that only a document names."""
        if key not in self._privileges:
            self._privileges[key] = self._held_by_somebody(key)
        return self._privileges[key]

    def _held_by_somebody(self, key: Key) -> tuple[str, ...]:
        known = privileges_on(key.kind)
        others = {
            grant.privilege
            for link in self.estate.chain(key)
            for grant in self._index.on(link.key)
            if grant.privilege not in (*privileges_on(link.key.kind), *known, "ALL_PRIVILEGES")
        }
        return (*known, *sorted(others))

    def identities(self, principal: str) -> Mapping[str, tuple[str, ...]]:
        """Every name by which grants reach the principal, with the steps to each."""
        return self.people.identities(principal)

    def assigned(self, principal: str) -> tuple[Assignment, ...]:
        """The sign-in rights of the principal, or of a group of it, to workspaces."""
        return self.people.assigned(principal)


def privileges_on(kind: str) -> tuple[str, ...]:
    """The privileges, or levels, that exist for a kind of securable."""
    return PRIVILEGES.get(kind) or LEVELS.get(kind, ())
