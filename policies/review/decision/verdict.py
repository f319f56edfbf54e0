"""Applies the rules to the facts: the verdict on a plan, with reasons. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Protocol

from policies.globs import fits
from policies.review.access.grants import GrantChange
from policies.review.changes import settings
from policies.review.changes.drift import Drift
from policies.review.changes.losses import Loss
from policies.review.changes.masking import MASK
from policies.review.costs.cost import Cost
from policies.review.decision.conditions import (
    ChangeCondition,
    Condition,
    CostCondition,
    DriftCondition,
    FindingCondition,
    GrantCondition,
    GuardCondition,
    PlanCondition,
    SettingCondition,
)
from policies.review.decision.rules import Rule, Verdict
from policies.terraform.change import Action, Change
from policies.terraform.plan import Plan


class Finding(Protocol):
    """The policy scan's finding on one resource (`policies.findings.Finding`)."""

    @property
    def rule(self) -> str:
        """The check's id."""
        ...

    @property
    def severity(self) -> str:
        """`critical`, `high`, `medium` or `low`."""
        ...

    @property
    def address(self) -> str:
        """The resource's address."""
        ...

    @property
    def result(self) -> str:
        """`pass`, `fail`, `unknown` or `waived`."""
        ...

    @property
    def reason(self) -> str:
        """The actual state, and the fix."""
        ...


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Everything that rules can examine in one plan."""

    plan: Plan
    losses: Sequence[Loss]
    grants: Sequence[GrantChange]
    findings: Sequence[Finding]
    cost: Cost
    drift: Sequence[Drift]

    @cached_property
    def settings(self) -> Sequence[settings.Moved]:
        """The changes, without values that only the provider computes."""
        return [settings.Moved(_told(change, self.plan)) for change in self.plan.changes]


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A rule that matches, and the addresses (or other words) that it matches."""

    rule: str
    verdict: Verdict
    by: tuple[str, ...]
    because: str
    what: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Decision:
    """The strictest verdict of all hits. `by`: one of each of these groups must approve."""

    verdict: Verdict
    by: tuple[str, ...]
    hits: tuple[Hit, ...]


def decide(rules: Sequence[Rule], facts: Facts) -> Decision:
    """The decision on one plan: pass if no rule matches."""
    hits = tuple(_hit(rule, what) for rule in rules if (what := tuple(dict.fromkeys(_fits(rule.condition, facts)))))
    strictness = list(Verdict)
    verdict = max((hit.verdict for hit in hits), key=strictness.index, default=Verdict.PASS)
    by = tuple(dict.fromkeys(group for hit in hits for group in hit.by)) if verdict is Verdict.APPROVAL else ()
    return Decision(verdict=verdict, by=by, hits=tuple(sorted(hits, key=lambda hit: -strictness.index(hit.verdict))))


def _hit(rule: Rule, what: tuple[str, ...]) -> Hit:
    return Hit(rule=rule.name, verdict=rule.verdict, by=rule.by, because=rule.because, what=what)


def _fits(condition: Condition, facts: Facts) -> Iterator[str]:
    match condition:
        case ChangeCondition():
            yield from _changes(condition, facts)
        case GrantCondition():
            yield from _grants(condition, facts)
        case SettingCondition():
            yield from _settings(condition, facts)
        case GuardCondition():
            yield from _guards(condition, facts)
        case FindingCondition():
            yield from (f"{item.rule} {item.address}" for item in facts.findings if _finding_fits(condition, item))
        case CostCondition() if facts.cost.high > condition.above:
            yield f"up to {facts.cost.high:,.0f} {facts.cost.currency} a month"
        case DriftCondition():
            yield from (item.address for item in facts.drift if item.undone is condition.undone)
        case PlanCondition(state="errored") if facts.plan.errored:
            yield facts.plan.stack
        case PlanCondition(state="incomplete"):
            yield from facts.plan.notes
        case PlanCondition(state="uncovers"):
            yield from facts.plan.uncovered


def _changes(condition: ChangeCondition, facts: Facts) -> Iterator[str]:
    data = {loss.address: loss.data for loss in facts.losses}
    covered = _matcher(condition.types)
    for change in facts.plan.changes:
        wanted = condition.data is None or data.get(change.address, False) is condition.data
        if wanted and covered(change.type) and not _actions(change).isdisjoint(condition.actions):
            yield change.address


def _actions(change: Change) -> set[str]:
    """All actions on the resource: an imported or moved one may be updated too."""
    beside = {Action.IMPORT.value: change.imported, Action.MOVE.value: bool(change.moved_from)}
    return {change.action.value, *(action for action, holds in beside.items() if holds)}


def _settings(condition: SettingCondition, facts: Facts) -> Iterator[str]:
    covered = _matcher(condition.types)
    for moved in facts.settings:
        change = moved.change
        if change.action in condition.actions and covered(change.type):
            attributes = condition.attributes if moved.names is None else condition.among(moved.names)
            for attribute in settings.changed(change, attributes, condition.becomes) if attributes else ():
                yield f"{change.address} {attribute}"


def _guards(condition: GuardCondition, facts: Facts) -> Iterator[str]:
    covered, named, besides = map(_matcher, (condition.types, condition.names, condition.besides))
    for moved in facts.settings:
        if moved.change.action in condition.actions and covered(moved.change.type):
            for path in moved.paths:
                fitting = path[-1] == MASK or any(map(named, path))
                if fitting and not any(map(besides, path)):
                    yield f"{moved.change.address} {'.'.join(path)}"


def _told(change: Change, plan: Plan) -> Change:
    """The change without attributes that are unknown only because the provider computes them."""
    configured = plan.configuration.of(change.address)
    if (
        change.action not in (Action.CREATE, Action.REPLACE)
        or configured is None
        or not isinstance(change.unknown, Mapping)
    ):
        return change
    said = {name: mark for name, mark in change.unknown.items() if name in configured.settings}
    return replace(change, unknown=said)


def _grants(condition: GrantCondition, facts: Facts) -> Iterator[str]:
    """The access changes that match. Patterns are matched once per text, because many changes share few words."""
    principals, kinds, securables = map(_matcher, (condition.principals, condition.kinds, condition.securables))
    besides_kinds = _matcher(condition.besides_kinds)
    gains, loses = (_counter(wanted, condition.besides) for wanted in (condition.gains, condition.loses))
    for change in facts.grants:
        if (
            (gains(change.gains) or loses(change.loses))
            and (condition.imported is None or change.imported)
            and principals(change.principal)
            and kinds(change.kind)
            and not besides_kinds(change.kind)
            and securables(change.securable)
        ):
            yield change.words()


def _counter(wanted: tuple[str, ...], besides: tuple[str, ...]) -> Callable[[tuple[str, ...]], bool]:
    """Whether one of some privileges is wanted, and not one of those in `besides`."""
    fitting, besides_fitting = _matcher(wanted), _matcher(besides)
    return cache(lambda privileges: any(fitting(item) and not besides_fitting(item) for item in privileges))


def _finding_fits(condition: FindingCondition, finding: Finding) -> bool:
    return finding.severity in condition.severities and finding.result in condition.results


def _matcher(patterns: tuple[str, ...]) -> Callable[[str], bool]:
    """Whether one of the patterns matches a text, cached while one rule is evaluated."""
    if "*" in patterns:
        return lambda _text: True
    return cache(lambda text: fits(text, patterns))
