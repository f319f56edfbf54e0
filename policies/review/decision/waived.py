"""The scan's findings on a plan: waived and earlier ones are reported but do not block."""

from collections.abc import Mapping, Sequence
from datetime import date

from policies.checks.engine.document import Document
from policies.findings import Finding, doubtful_in
from policies.review.decision.known import known_findings
from policies.review.review import FindingsOf, Told
from policies.scan.waivers import Waiver
from policies.terraform.documents import document_of_plan
from policies.terraform.plan import Plan

WAIVED = "waived"
KNOWN = "known"


def findings_with(waivers: Sequence[Waiver], today: date, target: Mapping[str, Document] | None = None) -> FindingsOf:
    """The scan's findings in a stack's plan.

    A waiver past its date waives nothing. `target` are the target branch's documents, by stack: for a stack that it
    lacks, every finding is new.
    """
    valid: dict[str, list[Waiver]] = {}
    for waiver in waivers:
        if waiver.problem(today) is None:
            valid.setdefault(waiver.rule, []).append(waiver)

    def found(plan: Plan) -> list[Told]:
        findings = doubtful_in(document_of_plan(plan))
        theirs = None if target is None else target.get(plan.stack, Document(stack=plan.stack))
        known = known_findings(plan, findings, theirs)
        return [
            _told(item, plan.stack, valid.get(item.rule, ()), known=(item.rule, item.address) in known)
            for item in findings
        ]

    return found


def _told(item: Finding, stack: str, waivers: Sequence[Waiver], *, known: bool) -> Told:
    """Earlier findings no longer block: only new ones do. A waiver takes precedence."""
    result, reason = (KNOWN, f"as before: {item.reason}") if known else (item.result.value, item.reason)
    waiver = next((one for one in waivers if one.covers(item.rule, f"{stack}/{item.address}")), None)
    if waiver is not None:
        result, reason = WAIVED, f"{waiver.reason} ({waiver.owner}, until {waiver.expires})"
    return Told(rule=item.rule, severity=item.severity, address=item.address, result=result, reason=reason)
