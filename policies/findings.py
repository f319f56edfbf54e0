"""Findings of the checks on a plan or on synthesized stacks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from policies.adopted import adopted_in, applies, judged
from policies.checks.engine.catalogue import rules_by_type
from policies.checks.engine.document import Document
from policies.checks.engine.rule import UNKNOWN_FAILS, Rule, Severity
from policies.checks.engine.verdict import Result, Verdict
from policies.terraform.documents import document_of


@dataclass(frozen=True)
class Finding:
    """One rule's verdict on one resource. `result` is pass, fail or unknown; `reason` contains no secret's value."""

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

    Destroyed resources are not judged. Raises `UnreadableDocument` if the mapping is neither.
    """
    return findings_in(document_of(plan_or_synth))


def findings_in(document: Document) -> list[Finding]:
    """One finding per rule and resource of the document, in the order of its resources; then of adopted resources."""
    return [_finding(*one) for one in _judged(document)]


def doubtful_in(document: Document) -> list[Finding]:
    """Like `findings_in`, without passes."""
    return [_finding(*one) for one in _judged(document) if one[2].result is not Result.PASS]


def _judged(document: Document) -> Iterator[tuple[Rule, str, Verdict]]:
    """Every rule's verdict on the resource at an address."""
    by_type = rules_by_type()
    for resource in document.resources:
        yield from ((rule, resource.address, rule.judge(resource)) for rule in by_type.get(resource.type, ()))
    for item in adopted_in(document):
        for rule in filter(applies, by_type.get(item.type, ())):
            yield rule, item.address, judged(rule, item)


def _finding(rule: Rule, address: str, verdict: Verdict) -> Finding:
    return Finding(rule.id, rule.severity, address, verdict.result, verdict.reason)
