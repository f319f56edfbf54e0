"""A gate's verdict: pass only if every check passes; what is missing, not a number or unknown does not. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ml.evaluation.checks import Check
from ml.records.gate_results import Decision


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The verdict of `gate`, why, what was measured, and what that was held against."""

    gate: str
    decision: Decision
    reason: str
    inputs: Mapping[str, object]
    thresholds: Mapping[str, object]


def decide(
    gate: str, checks: Sequence[Check], *, inputs: Mapping[str, object], thresholds: Mapping[str, object]
) -> Verdict:
    """Pass if all of `checks` pass. The reason names every check that does not, or else every check. No checks fail."""
    missed = [check for check in checks if not check.passed]
    shown = [check.text for check in missed or checks] or ["nothing was checked"]
    failed = not checks or any(check.known for check in missed)
    return Verdict(
        gate=gate,
        decision=Decision.FAIL if failed else Decision.UNKNOWN if missed else Decision.PASS,
        reason="; ".join(shown),
        inputs=inputs,
        thresholds=thresholds,
    )


def refuse(gate: str, reason: str, **inputs: object) -> Verdict:
    """A failure before anything could be measured: an input is missing or wrong."""
    return decide(gate, [Check(passed=False, text=reason)], inputs=inputs, thresholds={})
