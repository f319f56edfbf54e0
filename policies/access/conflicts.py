"""Resources that undo each other: two that say the whole of who may use one securable.

Each apply of one takes away what the other gave, so neither document says who has access.
"""

from collections.abc import Iterable, Iterator
from itertools import combinations

from policies.access.invariants import Violation
from policies.access.model import Claim, Key

NAME = "one resource decides who may use a securable"


def conflicts(claims: Iterable[Claim]) -> Iterator[Violation]:
    """A violation for each two resources that decide about one securable, or about one principal on it."""
    by_key: dict[Key, list[Claim]] = {}
    for claim in claims:
        if not claim.key.unknown:
            by_key.setdefault(claim.key, []).append(claim)
    for key, found in by_key.items():
        for one, other in combinations(found, 2):
            if one.declared != other.declared and _undo_each_other(one, other):
                whose = f" for {one.principal}" if one.principal and other.principal else ""
                yield Violation(
                    invariant=NAME,
                    what=f"{one.declared} and {other.declared} both decide about {key}{whose}",
                    why=("each apply removes the other's grants; keep one of them",),
                )


def _undo_each_other(one: Claim, other: Claim) -> bool:
    """One that decides about all principals undoes any other; two about one principal each other."""
    return one.principal == other.principal or not (one.principal and other.principal)
