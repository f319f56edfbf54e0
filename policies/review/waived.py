"""The scan's findings on a plan: those that somebody answers for, or that were so before, are told and stop nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from policies.checks.core.document import Document
from policies.findings import Finding, doubtful_in
from policies.review.known import known_findings
from policies.review.review import FindingsOf, Told
from policies.scan.waivers import Waiver
from policies.terraform.documents import document_of_plan
from policies.terraform.plan import Plan

WAIVED = "waived"
KNOWN = "known"


def findings_with(waivers: Sequence[Waiver], today: date, target: Mapping[str, Document] | None = None) -> FindingsOf:
    """What the scan finds in a stack's plan. A waiver past its date waives nothing. `target` is what the target branch
    says, by stack: all is new in a stack that it lacks.
    """
    valid = [waiver for waiver in waivers if waiver.problem(today) is None]

    def found(plan: Plan) -> list[Told]:
        findings = doubtful_in(document_of_plan(plan))
        theirs = None if target is None else target.get(plan.stack, Document(stack=plan.stack))
        known = known_findings(plan, findings, theirs)
        told = [_told(item, plan.stack, valid) for item in findings]
        return [_before(item) if (item.rule, item.address) in known else item for item in told]

    return found


def _before(item: Told) -> Told:
    """What was so before the plan stops nobody now: only new findings do. A waiver says more."""
    return item if item.result == WAIVED else replace(item, result=KNOWN, reason=f"as before: {item.reason}")


def _told(item: Finding, stack: str, waivers: Sequence[Waiver]) -> Told:
    waiver = next((one for one in waivers if one.covers(item.rule, f"{stack}/{item.address}")), None)
    return Told(
        rule=item.rule,
        severity=item.severity,
        address=item.address,
        result=WAIVED if waiver else item.result,
        reason=f"{waiver.reason} ({waiver.owner}, until {waiver.expires})" if waiver else item.reason,
    )
