"""A gate's verdict: pass only if every check passes; a missing, NaN or unknown value does not pass. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ml.evaluation.checks import Check
from ml.records.gate_results import Decision


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The verdict of `gate`, its reason, the measured values and the thresholds."""

    gate: str
    decision: Decision
    reason: str
    inputs: Mapping[str, object]
    thresholds: Mapping[str, object]


def decide(
    gate: str, checks: Sequence[Check], *, inputs: Mapping[str, object], thresholds: Mapping[str, object]
) -> Verdict:
    """Pass if all `checks` pass. The reason names the checks that do not, or all of them. An empty list fails."""
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
    """A failure before any measurement: an input is missing or wrong."""
    return decide(gate, [Check(passed=False, text=reason)], inputs=inputs, thresholds={})
