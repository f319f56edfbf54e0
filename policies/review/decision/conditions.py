"""A rule's condition: exactly one of these. A condition that could never hold as written is refused."""

from collections.abc import Mapping, Set
from functools import cached_property
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, Field, model_validator

from policies.terraform.change import Action
from policies.yaml_model import Entry, Strings

_Item = TypeVar("_Item")


def _not_empty(items: tuple[_Item, ...]) -> tuple[_Item, ...]:
    if not items:
        raise ValueError("name at least one, or the rule could never fit")
    return items


def _or_all(globs: tuple[str, ...]) -> tuple[str, ...]:
    return globs or ("*",)


_Some = Annotated[tuple[_Item, ...], Field(strict=False), AfterValidator(_not_empty)]
_OrAll = Annotated[Strings, AfterValidator(_or_all), Field(default=("*",))]
# A resource that goes away sets nothing.
_SetBy = Annotated[_Some[Literal["create", "update", "replace"]], Field(default=("update", "replace"))]


class ChangeCondition(Entry):
    """A resource of one of `types` has one of `actions`; `data`: with or without data that is lost, None: either."""

    actions: _Some[Annotated[Action, Field(strict=False)]]
    types: _OrAll
    data: bool | None = None


class GrantCondition(Entry):
    """A principal gains or loses a privilege on a securable; all are globs. `besides` and `besides_kinds` do not count;
    `imported`: only by a resource that Terraform takes over (True), or by any (None).
    """

    gains: Strings = ()
    loses: Strings = ()
    besides: Strings = ()
    besides_kinds: Strings = ()
    imported: Literal[True] | None = None
    principals: _OrAll
    kinds: _OrAll
    securables: _OrAll

    @model_validator(mode="before")
    @classmethod
    def _gains_anything(cls, written: Any) -> Any:
        """Without either, every gain counts."""
        if isinstance(written, Mapping) and written.get("gains", []) == [] == written.get("loses", []):
            return {**written, "gains": ["*"]}
        return written


class SettingCondition(Entry):
    """One of `attributes` of a resource of one of `types` becomes a value that fits `becomes` (globs; empty: any)."""

    types: _Some[str]
    attributes: _Some[str]
    becomes: Strings = ()
    actions: _SetBy

    def among(self, moved: Set[str]) -> tuple[str, ...]:
        """Those of the attributes that are, or lie in, one of the top-level attributes `moved`."""
        if self._roots.isdisjoint(moved):
            return ()
        return tuple(path for path in self.attributes if path.partition(".")[0] in moved)

    @cached_property
    def _roots(self) -> frozenset[str]:
        return frozenset(path.partition(".")[0] for path in self.attributes)


class GuardCondition(Entry):
    """Something called by one of `names` (globs), at any depth of a resource of one of `types`, changes in any way.
    What lies below a name of `besides` does not count.
    """

    types: _Some[str]
    names: _Some[str]
    besides: Strings = ()
    actions: _SetBy


class FindingCondition(Entry):
    """A policy of one of `severities` has one of `results`."""

    severities: _Some[Literal["critical", "high", "medium", "low", "info", "none"]]
    results: _Some[Literal["fail", "unknown"]]


class CostCondition(Entry):
    """The month may become dearer by more than `above`."""

    above: Annotated[float, Field(allow_inf_nan=False)]


class DriftCondition(Entry):
    """Something drifted that the plan undoes, or that it leaves."""

    undone: bool


class PlanCondition(Entry):
    """The plan itself is `errored` or `incomplete`, or `uncovers` an output that was sensitive."""

    state: Annotated[Literal["errored", "incomplete", "uncovers"], Field(alias="is")]


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


class When(Entry):
    """The `when` of a rule: exactly one condition."""

    changes: ChangeCondition | None = None
    grants: GrantCondition | None = None
    settings: SettingCondition | None = None
    guards: GuardCondition | None = None
    findings: FindingCondition | None = None
    cost: CostCondition | None = None
    drift: DriftCondition | None = None
    plan: PlanCondition | None = None

    @model_validator(mode="after")
    def _is_one(self) -> "When":
        given = self.model_fields_set
        if len(given) != 1 or not self._conditions:
            raise ValueError(f"has {len(given)} conditions; exactly one is needed, with its parameters")
        return self

    @property
    def condition(self) -> Condition:
        """The one that is given."""
        return self._conditions[0]

    @property
    def _conditions(self) -> list[Condition]:
        return [given for name in self.model_fields_set if (given := getattr(self, name)) is not None]
