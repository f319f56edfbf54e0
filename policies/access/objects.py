"""Access rules outside Unity Catalog: levels on objects of a workspace, and roles on anything else."""

from policies import rights
from policies.access.answers import Answer, granted, meet, refused
from policies.access.index import Index
from policies.access.members import Members
from policies.access.model import Assignment, Estate, Key, Securable
from policies.access.privileges import AS_WHOM, AZURE, CLEAR_VALUES, LEVELS, NAMED_IN_SQL, SIGN_IN
from policies.access.unknown import UNKNOWN_WORKSPACE

# Workspace admins have no implicit access to secrets.
_NOT_FOR_ADMINS = ("secret scope",)
_NO_ROLES = (*AS_WHOM, CLEAR_VALUES, NAMED_IN_SQL, SIGN_IN)


class Objects:
    """Answers about objects of workspaces, and about roles."""

    def __init__(self, estate: Estate, people: Members, index: Index) -> None:
        self._estate = estate
        self._people = people
        self._index = index

    def by_role(self, principal: str, key: Key, role: str) -> Answer:
        """Roles as assigned. Inheritance of Azure scopes, and members of Entra groups, are not resolved here."""
        identities = (principal,) if key.kind == AZURE else tuple(self._people.identities(principal))
        for grant in self._index.on(key):
            if grant.principal in identities and grant.privilege == role:
                held = role if role in _NO_ROLES else f"the role {role}"
                text = f"has {held} on {key} ({grant.declared})"
                return Answer(allowed=True, steps=(self._index.told(principal, grant.principal, text),))
        return refused(self._index.nobody_gave(principal, role, str(key), (key,)))

    def as_whom(self, principal: str, found: Securable, privilege: str) -> Answer:
        """The principal that an object runs as. A missing sign-in right would stop it, but hides no row."""
        answer = self.by_role(principal, found.key, privilege)
        place = UNKNOWN_WORKSPACE if found.workspace_id is None else found.workspace_id
        return granted(answer.steps, frozenset({place}), self._estate.workspaces) if answer.allowed else answer

    def by_level(self, principal: str, found: Securable, level: str) -> Answer:
        """Levels, each of which includes the weaker ones; administrators of the workspace have them all."""
        place = UNKNOWN_WORKSPACE if found.workspace_id is None else found.workspace_id
        order = LEVELS.get(found.key.kind, ())
        if found.key.kind not in _NOT_FOR_ADMINS and level in order:
            for item in self._administering(principal, place):
                text = f"is an admin of the workspace {self._environment(place)} ({item.declared})"
                steps = (self._index.told(principal, item.principal, text),)
                return granted(steps, meet({item.workspace_id}, {place}), self._estate.workspaces)
        for grant in self._index.on(found.key):
            if self._reaches(principal, grant.principal, place) and _includes(order, grant.privilege, level):
                text = f"has {grant.privilege} on {found.key} ({grant.declared})"
                return self._signed_in(principal, place, self._index.told(principal, grant.principal, text))
        return refused(self._index.nobody_gave(principal, level, str(found.key), (found.key,)))

    def _reaches(self, principal: str, identity: str, place: int | str) -> bool:
        """A workspace's `admins` only administer that workspace."""
        if identity == rights.WORKSPACE_ADMINS != principal:
            return bool(self._administering(principal, place))
        return identity in self._people.identities(principal)

    def _administering(self, principal: str, place: int | str) -> list[Assignment]:
        assigned = self._people.assigned(principal)
        return [item for item in assigned if item.level != "USER" and meet({item.workspace_id}, {place})]

    def _signed_in(self, principal: str, place: int | str, step: str) -> Answer:
        places = meet(self._people.signs_in(principal), {place})
        if not places:
            return refused(step, f"but {principal} may not sign in to that workspace")
        return granted((step,), places, self._estate.workspaces)

    def _environment(self, place: int | str) -> str:
        return self._estate.workspaces.get(place, str(place)) if isinstance(place, int) else place


def _includes(order: tuple[str, ...], given: str, level: str) -> bool:
    if given in order and level in order:
        return order.index(given) >= order.index(level)
    return given == level
