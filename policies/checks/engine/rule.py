"""A rule: its assertion, reason, fix and control."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps

from .document import Resource
from .verdict import Result, Verdict, unknown


class Severity(StrEnum):
    """From a breach to the loss of a working day."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


# If a rule of these severities cannot decide, that counts as a failure.
UNKNOWN_FAILS = (Severity.CRITICAL, Severity.HIGH)

Check = Callable[[Resource], Verdict]


@dataclass(frozen=True)
class Rule:
    """`name` is the assertion; `control` is its source: a SAT check, a number of a benchmark, a known trap."""

    id: str
    name: str
    severity: Severity
    types: tuple[str, ...]
    rationale: str
    fix: str
    control: str
    judge: Check

    def blocks(self, result: Result) -> bool:
        """Whether this result stops a change."""
        return result is Result.FAIL or (result is Result.UNKNOWN and self.severity in UNKNOWN_FAILS)


def _seeing(judge: Check) -> Check:
    """`judge`, but a pass becomes unknown if it read computed blocks or maps."""

    @wraps(judge)
    def seeing(resource: Resource) -> Verdict:
        resource.block.hidden.clear()
        verdict = judge(resource)
        hidden = dict.fromkeys(resource.block.hidden)
        if verdict.result is Result.PASS and hidden:
            return unknown(f"{', '.join(hidden)} is computed as a whole, so its content cannot be seen here")
        return verdict

    return seeing


def rule(id_: str, severity: Severity, *types: str, rationale: str, fix: str, control: str) -> Callable[[Check], Rule]:
    """Turn a function into a rule: its docstring's first line is the assertion.

    Raises ValueError if that line is missing.
    """

    def make(judge: Check) -> Rule:
        if not judge.__doc__:
            raise ValueError(f"rule {id_} asserts nothing: give its function a docstring of one line")
        name = judge.__doc__.strip().splitlines()[0].rstrip(".")
        return Rule(id_, name, severity, types, rationale, fix, control, _seeing(judge))

    return make
