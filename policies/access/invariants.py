"""Invariants of the access matrix, read from one file and compared with the matrix."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from policies.access.answers import Holding
from policies.access.model import Key
from policies.access.people import UNKNOWN_KIND
from policies.access.privileges import LEVELS, writes
from policies.access.unknown import is_unknown
from policies.globs import fits
from policies.yaml_model import Entry, Strings, Text, read_model

INVARIANTS = Path(__file__).parent / "invariants.yaml"
_WRITES = "writes"
_ONE_OF = "give exactly one of `nobody_but` and `never`, the latter not empty"


def _not_empty(globs: tuple[str, ...]) -> tuple[str, ...]:
    if not globs:
        raise ValueError("name at least one, if need be '*'")
    return globs


_Globs = Annotated[Strings, AfterValidator(_not_empty)]


class Securables(Entry):
    """What an invariant is about: the securables of one of `kinds` with one of `names`, all globs."""

    kinds: _Globs
    names: _Globs


class Invariant(Entry):
    """Nobody but `nobody_but` holds one of `privileges` on one of the securables; or: these `never` do.

    What is not known (a principal, a privilege, which securable) may be what the invariant is about, so it breaks it.
    """

    name: Text
    securables: Securables
    privileges: _Globs
    nobody_but: Strings = ()
    never: Strings = ()

    @model_validator(mode="after")
    def _is_about_some(self) -> "Invariant":
        given = self.model_fields_set & {"nobody_but", "never"}
        if len(given) != 1 or ("never" in given and not self.never):
            raise ValueError(f"has {', '.join(sorted(given)) or 'neither'}; {_ONE_OF}")
        return self

    def covers(self, key: Key) -> bool:
        """Whether it covers the securable."""
        return _any(self.securables.kinds, key.kind) and _any(self.securables.names, key.name)

    def is_about(self, key: Key) -> bool:
        """Whether it covers the securable, or may do so because the documents leave open which one that is."""
        return self.covers(key) or (key.unknown and _any(self.securables.kinds, key.kind))

    def forbids(self, holding: Holding) -> bool:
        """Whether a row of the matrix breaks it, on a securable that it is about."""
        if not self._names(holding.key.kind, holding.privilege):
            return False
        if holding.principal_kind == UNKNOWN_KIND:
            return True
        return _any(self.never, holding.principal) if self.never else not _any(self.nobody_but, holding.principal)

    def _names(self, kind: str, privilege: str) -> bool:
        changing = _WRITES in self.privileges and kind not in LEVELS and writes(privilege)
        return changing or is_unknown(privilege) or _any(self.privileges, privilege)


@dataclass(frozen=True, kw_only=True)
class Violation:
    """A broken invariant, and the reason."""

    invariant: str
    what: str
    why: tuple[str, ...] = ()


def _enforces(invariants: tuple[Invariant, ...]) -> tuple[Invariant, ...]:
    if not invariants:
        raise ValueError("a list is needed, or nothing would be enforced")
    return invariants


class _File(Entry):
    invariants: Annotated[tuple[Invariant, ...], Field(strict=False), AfterValidator(_enforces)]


def read_invariants(path: Path = INVARIANTS) -> tuple[Invariant, ...]:
    """The invariants in `path`. Raises RulesError with every mistake, each with its invariant's name."""
    return read_model(path, _File).invariants


def violations(
    invariants: Sequence[Invariant], matrix: Iterable[Holding], securables: Iterable[Key]
) -> Iterator[Violation]:
    """Every row that breaks an invariant, and every invariant that covers nothing."""
    keys = list(securables)
    for invariant in invariants:
        if not any(invariant.covers(key) for key in keys):
            yield Violation(invariant=invariant.name, what="no securable in the stacks fits it: it protects nothing")
    # A matrix has some hundred securables and thousands of rows.
    about: dict[Key, list[Invariant]] = {}
    for holding in matrix:
        if holding.key not in about:
            about[holding.key] = [invariant for invariant in invariants if invariant.is_about(holding.key)]
        for invariant in about[holding.key]:
            if invariant.forbids(holding):
                through = f", running as {holding.through}" if holding.through else ""
                text = f"{holding.principal} holds {holding.privilege} on {holding.key}{through}"
                yield Violation(invariant=invariant.name, what=text, why=holding.why)


def _any(patterns: Sequence[str], text: str) -> bool:
    """Case-insensitive: names of groups are not case-sensitive."""
    return fits(text.casefold(), [pattern.casefold() for pattern in patterns])
