"""Which findings were there before the plan: what somebody changes is not blocked by what was so already.

The state inside the plan is what the target branch has made. A finding was there if the same rule said the same of the
same resource, for the same reason; what is new, worse, or otherwise broken is new.
"""

from collections.abc import Sequence

from policies.checks.core.catalogue import rules
from policies.checks.core.document import Resource
from policies.checks.core.rule import Rule
from policies.checks.core.verdict import Result
from policies.findings import Finding
from policies.terraform.documents import document_before
from policies.terraform.plan import Plan


def known_findings(plan: Plan, findings: Sequence[Finding]) -> frozenset[tuple[str, str]]:
    """(rule, address) of those of `findings` that the state before the plan had too."""
    doubtful = [item for item in findings if item.result is not Result.PASS]
    if not doubtful:
        return frozenset()
    before = {item.address: item for item in document_before(plan).resources}
    named = {rule.id: rule for rule in rules()}
    return frozenset(
        (item.rule, item.address)
        for item in doubtful
        if item.address in before and _says_the_same(named[item.rule], before[item.address], item)
    )


def _says_the_same(rule: Rule, before: Resource, finding: Finding) -> bool:
    verdict = rule.judge(before)
    return (verdict.result, verdict.reason) == (finding.result, finding.reason)
