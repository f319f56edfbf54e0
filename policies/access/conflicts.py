"""Resources that undo each other: two that both set the complete rights on one securable.

Each apply of one revokes the other's grants, so neither document shows who has access.
"""

from collections.abc import Iterable, Iterator
from itertools import combinations

from policies.access.invariants import Violation
from policies.access.model import Claim, Key

NAME = "one resource decides who may use a securable"


def conflicts(claims: Iterable[Claim]) -> Iterator[Violation]:
    """A violation for each two resources that set the rights on one securable, or of one principal on it."""
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
    """A resource that sets all principals' rights undoes any other; two that set one principal's undo each other."""
    return one.principal == other.principal or not (one.principal and other.principal)
