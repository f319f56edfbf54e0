"""Findings that the plan did not cause: a change is not blocked by earlier findings.

With the target branch's documents, a finding is known if the branch has it too. Without them, the state inside the plan
represents the target branch. The same rule must have had the same result for the same resource, for the same reason;
any other finding is new.
"""

from collections.abc import Sequence

from policies.checks.engine.catalogue import rules
from policies.checks.engine.document import Document, Resource
from policies.checks.engine.rule import Rule
from policies.checks.engine.verdict import Result, Verdict
from policies.findings import Finding
from policies.terraform.configuration import without_index
from policies.terraform.documents import document_before
from policies.terraform.plan import Plan


def known_findings(
    plan: Plan, doubtful: Sequence[Finding], target: Document | None = None
) -> frozenset[tuple[str, str]]:
    """(rule, address) of findings other than passes that existed before, by the `target` branch or the state."""
    if not doubtful:
        return frozenset()
    before = {item.address: item for item in document_before(plan).resources}
    theirs = None if target is None else {item.address: item for item in target.resources}
    named = {rule.id: rule for rule in rules()}
    return frozenset(
        (item.rule, item.address) for item in doubtful if _is_known(named[item.rule], item, before, theirs)
    )


# Resources by address.
_Resources = dict[str, Resource]


def _is_known(rule: Rule, finding: Finding, before: _Resources, theirs: _Resources | None) -> bool:
    deployed = _says_the_same(_verdict(rule, before.get(finding.address)), finding)
    if theirs is None:
        return deployed
    # A loop is one resource in a synthesized document, and several in a plan.
    said = _verdict(rule, theirs.get(finding.address) or theirs.get(without_index(finding.address)))
    if said is None or said.result is Result.PASS:
        return False
    # A document may have an expression for a value that the plan knows; then the deployed value shows whether it is the
    # same.
    return deployed or _says_the_same(said, finding)


def _verdict(rule: Rule, resource: Resource | None) -> Verdict | None:
    return rule.judge(resource) if resource is not None else None


def _says_the_same(verdict: Verdict | None, finding: Finding) -> bool:
    return verdict is not None and (verdict.result, verdict.reason) == (finding.result, finding.reason)
