"""What a rule may ask of a plan: one of these."""

from collections.abc import Set
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True, kw_only=True)
class ChangeCondition:
    """A resource of one of `types` has one of `actions`; `data`: with or without data that is lost, None: either."""

    actions: tuple[str, ...]
    types: tuple[str, ...]
    data: bool | None


@dataclass(frozen=True, kw_only=True)
class GrantCondition:
    """A principal gains or loses a privilege on a securable; all are globs. `besides` and `besides_kinds` do not count;
    `imported`: only by a resource that Terraform takes over (True), or by any (None).
    """

    gains: tuple[str, ...]
    loses: tuple[str, ...]
    besides: tuple[str, ...]
    besides_kinds: tuple[str, ...]
    imported: bool | None
    principals: tuple[str, ...]
    kinds: tuple[str, ...]
    securables: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class SettingCondition:
    """One of `attributes` of a resource of one of `types` becomes a value that fits `becomes` (globs; empty: any)."""

    types: tuple[str, ...]
    attributes: tuple[str, ...]
    becomes: tuple[str, ...]
    actions: tuple[str, ...]

    def among(self, moved: Set[str]) -> tuple[str, ...]:
        """Those of the attributes that are, or lie in, one of the top-level attributes `moved`."""
        if self._roots.isdisjoint(moved):
            return ()
        return tuple(path for path in self.attributes if path.partition(".")[0] in moved)

    @cached_property
    def _roots(self) -> frozenset[str]:
        return frozenset(path.partition(".")[0] for path in self.attributes)


@dataclass(frozen=True, kw_only=True)
class GuardCondition:
    """Something called by one of `names` (globs), at any depth of a resource of one of `types`, changes in any way.
    What lies below a name of `besides` does not count.
    """

    types: tuple[str, ...]
    names: tuple[str, ...]
    besides: tuple[str, ...]
    actions: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class FindingCondition:
    """A policy of one of `severities` has one of `results`."""

    severities: tuple[str, ...]
    results: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class CostCondition:
    """The month may become dearer by more than `above`."""

    above: float


@dataclass(frozen=True, kw_only=True)
class DriftCondition:
    """Something drifted that the plan undoes, or that it leaves."""

    undone: bool


@dataclass(frozen=True, kw_only=True)
class PlanCondition:
    """The plan itself is `errored` or `incomplete`, or `uncovers` an output that was sensitive."""

    state: str


Condition = (
    ChangeCondition
    | GrantCondition
    | SettingCondition
    | GuardCondition
    | FindingCondition
    | CostCondition
    | DriftCondition
    | PlanCondition
)
