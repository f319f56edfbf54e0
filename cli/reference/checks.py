"""Every check of the policy scan, by severity."""

from cli.reference.markdown import table
from policies.checks.engine.catalogue import rules
from policies.checks.engine.rule import Severity


def page() -> str:
    """Each check's assertion, reason and fix."""
    parts = ["# Checks of the policy scan\n"]
    for severity in Severity:
        found = [rule for rule in rules() if rule.severity is severity]
        rows = ((f"`{rule.id}`", rule.name, rule.rationale, rule.fix, rule.control) for rule in found)
        parts += [f"## {severity}\n", table(("id", "asserts", "because", "fix", "answers"), rows)]
    return "\n".join(parts)
