"""What must hold for the access matrix, read from one file and met with the matrix."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from policies.access.answers import Holding
from policies.access.model import Key
from policies.access.people import UNKNOWN_KIND
from policies.access.privileges import LEVELS, writes
from policies.access.unknown import is_unknown
from policies.errors import RulesError
from policies.globs import fits
from policies.yaml_file import only, read_yaml, text_of, texts_of

INVARIANTS = Path(__file__).parent / "invariants.yaml"
_WRITES = "writes"


@dataclass(frozen=True, kw_only=True)
class Invariant:
    """Nobody but `nobody_but` holds one of `privileges` on one of the securables; or: these `never` do.

    What is not known (a principal, a privilege, which securable) may be what the invariant is about, so it breaks it.
    """

    name: str
    kinds: tuple[str, ...]
    names: tuple[str, ...]
    privileges: tuple[str, ...]
    nobody_but: tuple[str, ...]
    never: tuple[str, ...]

    def covers(self, key: Key) -> bool:
        """Whether it is about the securable."""
        return _any(self.kinds, key.kind) and _any(self.names, key.name)

    def forbids(self, holding: Holding) -> bool:
        """Whether a row of the matrix breaks it."""
        about = self.covers(holding.key) or (holding.key.unknown and _any(self.kinds, holding.key.kind))
        if not (about and self._names(holding.key.kind, holding.privilege)):
            return False
        if holding.principal_kind == UNKNOWN_KIND:
            return True
        return _any(self.never, holding.principal) if self.never else not _any(self.nobody_but, holding.principal)

    def _names(self, kind: str, privilege: str) -> bool:
        changing = _WRITES in self.privileges and kind not in LEVELS and writes(privilege)
        return changing or is_unknown(privilege) or _any(self.privileges, privilege)


@dataclass(frozen=True, kw_only=True)
class Violation:
    """An invariant that does not hold, and why."""

    invariant: str
    what: str
    why: tuple[str, ...] = ()


def read_invariants(path: Path = INVARIANTS) -> tuple[Invariant, ...]:
    """The invariants in `path`. Raises RulesError, naming the invariant, where one is wrong."""
    found = only(path, "the file", read_yaml(path), "invariants").get("invariants")
    if not isinstance(found, list) or not found:
        raise RulesError(f"{path}: invariants is {found!r}; a list is needed, or nothing would be enforced")
    return tuple(_invariant(path, f"invariant {number}", entry) for number, entry in enumerate(found, start=1))


def violations(
    invariants: Sequence[Invariant], matrix: Iterable[Holding], securables: Iterable[Key]
) -> Iterator[Violation]:
    """Every row that breaks an invariant, and every invariant that is about nothing."""
    keys = list(securables)
    for invariant in invariants:
        if not any(invariant.covers(key) for key in keys):
            yield Violation(invariant=invariant.name, what="no securable in the stacks fits it: it protects nothing")
    for holding in matrix:
        for invariant in invariants:
            if invariant.forbids(holding):
                through = f", running as {holding.through}" if holding.through else ""
                text = f"{holding.principal} holds {holding.privilege} on {holding.key}{through}"
                yield Violation(invariant=invariant.name, what=text, why=holding.why)


def _invariant(path: Path, place: str, entry: Any) -> Invariant:
    found = only(path, place, entry, "name", "securables", "privileges", "nobody_but", "never")
    name = text_of(path, place, found, "name")
    on: Mapping[str, Any] = only(path, f"{name}: securables", found.get("securables"), "kinds", "names")
    lists = {key: texts_of(path, name, found, key) for key in ("privileges", "nobody_but", "never")}
    lists |= {key: texts_of(path, name, on, key) for key in ("kinds", "names")}
    missing = [key for key in ("kinds", "names", "privileges") if not lists[key]]
    if missing:
        raise RulesError(f"{path}: {name}: {', '.join(missing)} empty; name at least one, if need be '*'")
    if ("nobody_but" in found) == ("never" in found) or ("never" in found and not lists["never"]):
        raise RulesError(f"{path}: {name}: give exactly one of `nobody_but` and `never`, the latter not empty")
    return Invariant(name=name, **lists)


def _any(patterns: Sequence[str], text: str) -> bool:
    """In any case: names of groups differ in more."""
    return fits(text.casefold(), [pattern.casefold() for pattern in patterns])
