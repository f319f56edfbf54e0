"""What the checks say of a plan or of synthesized stacks."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from policies.adopted import adopted_in, applies, judged
from policies.checks.core.catalogue import rules_by_type
from policies.checks.core.document import Document
from policies.checks.core.rule import UNKNOWN_FAILS, Severity
from policies.checks.core.verdict import Result
from policies.terraform.documents import document_of


@dataclass(frozen=True)
class Finding:
    """One rule's verdict on one resource. `result` is pass, fail or unknown; `reason` names no secret's value."""

    rule: str
    severity: Severity
    address: str
    result: Result
    reason: str

    @property
    def blocks(self) -> bool:
        """Whether it stops a change: a failure, or a critical or high rule that cannot decide."""
        return self.result is Result.FAIL or (self.result is Result.UNKNOWN and self.severity in UNKNOWN_FAILS)


def findings_of(plan_or_synth: Mapping[str, Any]) -> list[Finding]:
    """One finding per rule and resource of a Terraform plan (`terraform show -json`) or a synthesized stack.

    What a plan destroys is not judged. Raises `UnreadableDocument` where the mapping is neither.
    """
    return findings_in(document_of(plan_or_synth))


def findings_in(document: Document) -> list[Finding]:
    """One finding per rule and resource of the document, in the order of its resources; then of what is adopted."""
    made = [
        Finding(rule.id, rule.severity, resource.address, verdict.result, verdict.reason)
        for resource in document.resources
        for rule in rules_by_type().get(resource.type, ())
        for verdict in (rule.judge(resource),)
    ]
    return made + [
        Finding(rule.id, rule.severity, item.address, verdict.result, verdict.reason)
        for item in adopted_in(document)
        for rule in rules_by_type().get(item.type, ())
        if applies(rule)
        for verdict in (judged(rule, item),)
    ]
