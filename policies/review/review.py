"""The review of one plan, assembled from its parts. All of it is safe to show: secrets are masked."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from operator import is_
from typing import Any, cast

from policies.json_file import Document
from policies.review.access.grants import GrantChange, grant_changes
from policies.review.changes.blast_radius import Elsewhere, Reach, blast_radius
from policies.review.changes.differences import UNKNOWN, Difference, differences
from policies.review.changes.drift import Drift, drift, unexplained
from policies.review.changes.losses import Loss, losses
from policies.review.changes.masking import Scrubber, secrets_of
from policies.review.changes.names import Names
from policies.review.comment.places import Place, PlacesOf, nowhere
from policies.review.costs.budgets import Budgets, budgets
from policies.review.costs.cost import Cost, cost
from policies.review.costs.prices import Prices
from policies.review.decision.rules import Rule
from policies.review.decision.verdict import Decision, Facts, Finding, decide
from policies.terraform.change import Action, Change
from policies.terraform.plan import Plan, read_plan

# The findings of the scan on a plan.
FindingsOf = Callable[[Plan], Sequence[Finding]]


@dataclass(frozen=True, kw_only=True)
class Changed:
    """One resource that the plan touches."""

    address: str
    action: Action
    differences: tuple[Difference, ...]
    imported: bool = False
    moved_from: str = ""
    deposed: str = ""


@dataclass(frozen=True, kw_only=True)
class Told:
    """One policy finding: a copy, so that the review does not depend on how the scan keeps its own."""

    rule: str
    severity: str
    address: str
    result: str
    reason: str
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Review:
    """The content of the review of one stack.

    `counts` are by action; `unexplained_drift` are resources that differ only in attributes that the configuration
    leaves to the provider. `budgeted` are the stack's monthly budgets, of each kind.
    """

    stack: str
    terraform_version: str
    counts: dict[str, int]
    decision: Decision
    notes: tuple[str, ...]
    losses: tuple[Loss, ...]
    changes: tuple[Changed, ...]
    outputs: tuple[str, ...]
    grants: tuple[GrantChange, ...]
    errored: bool
    findings: tuple[Told, ...]
    reach: tuple[Reach, ...]
    cost: Cost
    drift: tuple[Drift, ...]
    unexplained_drift: int
    budgeted: Budgets = field(default_factory=Budgets)

    @property
    def says_something(self) -> bool:
        """Whether there is anything to report: a plan without changes is silent."""
        return bool(self.changes or self.outputs or self.notes or self.drift or self.decision.hits)

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels for pull requests, the verdict first."""
        marks = {
            "data-loss": any(loss.data for loss in self.losses),
            "access": any(grant.gains for grant in self.grants),
            "cost": self.cost.high > 0 or bool(self.cost.unknown),
            "drift": bool(self.drift),
        }
        return (self.decision.verdict.value, *(name for name, holds in marks.items() if holds))

    def as_json(self) -> dict[str, Any]:
        """The review as plain values."""
        grants = [asdict(item) | {"words": item.words()} for item in self.grants]
        return asdict(self) | {
            "grants": grants,
            "cost": asdict(self.cost) | {"unknown": self.cost.unknown},
            "labels": self.labels,
        }


@dataclass(frozen=True, kw_only=True)
class Reviewer:
    """The inputs of every review.

    The rules, the prices, the policy scan, the facts about other stacks, and the source places.
    """

    rules: Sequence[Rule]
    prices: Prices
    findings_of: FindingsOf
    elsewhere: Elsewhere | None = None
    places_of: PlacesOf = nowhere

    def review(self, stack: str, document: Document) -> Review:
        """The review of the plan in `document`. Raises PlanError if it is not a plan."""
        plan = read_plan(stack, document)
        names, hide = Names(plan), Scrubber(secrets_of(plan))
        # The scan judges current objects: one that was replaced and still exists has none of its findings.
        touched = {change.address for change in plan.changes if not change.deposed}
        # The scan refuses a failed plan, which is blocked in any case.
        scanned = touched and not plan.errored
        findings = [item for item in self.findings_of(plan) if item.result != "pass"] if scanned else []
        facts = Facts(
            plan=plan,
            losses=losses(plan, names),
            grants=grant_changes(plan, names),
            findings=[item for item in findings if item.address in touched],
            cost=cost(plan, self.prices),
            drift=drift(plan, hide),
        )
        reach = blast_radius(plan, names, self.elsewhere)
        told = tuple(_told(item, self.places_of(plan, item.address)) for item in facts.findings)
        return cast("Review", _clean(_review(facts, decide(self.rules, facts), reach, told, hide), hide))


def _review(
    facts: Facts, decision: Decision, reach: Sequence[Reach], findings: tuple[Told, ...], hide: Scrubber
) -> Review:
    plan = facts.plan
    return Review(
        stack=plan.stack,
        terraform_version=plan.terraform_version,
        counts=_counts(plan.changes),
        decision=decision,
        notes=plan.notes,
        losses=tuple(facts.losses),
        changes=tuple(_changed(change, plan, hide) for change in plan.changes),
        outputs=plan.outputs,
        grants=tuple(facts.grants),
        errored=plan.errored,
        findings=findings,
        reach=tuple(reach),
        cost=facts.cost,
        drift=tuple(facts.drift),
        unexplained_drift=unexplained(plan, facts.drift),
        budgeted=budgets(plan.resources),
    )


def _counts(changes: Sequence[Change]) -> dict[str, int]:
    counted = Counter(change.action.value for change in changes if change.action is not Action.NO_OP)
    counted[Action.IMPORT.value] = sum(change.imported for change in changes)
    counted[Action.MOVE.value] = sum(bool(change.moved_from) for change in changes)
    return {action.value: counted[action.value] for action in Action if counted[action.value]}


def _changed(change: Change, plan: Plan, hide: Scrubber) -> Changed:
    """Attribute by attribute only for updates: a new or removed resource is reported as a whole."""
    told = differences(change, hide) if change.action in (Action.UPDATE, Action.REPLACE) else []
    return Changed(
        address=change.address,
        action=change.action,
        differences=tuple(item for item in told if not _is_computed(item, change, plan)),
        imported=change.imported,
        moved_from=change.moved_from,
        deposed=change.deposed,
    )


def _is_computed(difference: Difference, change: Change, plan: Plan) -> bool:
    """Whether an attribute is unknown only because its resource is recreated."""
    root = difference.path.partition(".")[0].partition("[")[0]
    configured = plan.configuration.of(change.address)
    said = root in change.forced_by or (configured is not None and root in configured.settings)
    return change.action is Action.REPLACE and difference.after == UNKNOWN and not said


def _told(finding: Finding, places: tuple[Place, ...]) -> Told:
    return Told(
        rule=finding.rule,
        severity=finding.severity,
        address=finding.address,
        result=finding.result,
        reason=finding.reason,
        places=places,
    )


def _clean(value: Any, hide: Scrubber) -> Any:
    """`value` of any type, with every text scrubbed; unchanged if there is nothing to scrub."""
    kind = type(value)
    if kind is str:  # not an Action or a Verdict
        clean_text = hide(value)
        return value if clean_text == value else clean_text
    if kind is tuple:
        clean_items = [_clean(item, hide) for item in value]
        return value if all(map(is_, clean_items, value)) else tuple(clean_items)
    if hasattr(kind, "__dataclass_fields__"):
        clean = {name: new for name, held in vars(value).items() if (new := _clean(held, hide)) is not held}
        return replace(value, **clean) if clean else value
    if kind is dict:
        return {key: _clean(item, hide) for key, item in value.items()}
    return value
