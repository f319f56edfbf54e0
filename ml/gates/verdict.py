"""A gate's verdict: pass only if every check passes; what is missing, not a number or unknown does not. Pure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ml.records.gate_results import Decision


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing that was checked, in plain words with its figures. Not `known`: too little to tell, so not passed."""

    passed: bool
    text: str
    known: bool = True


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


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan


def at_least(name: str, value: object, limit: float, unit: str = "") -> Check:
    """`value` must be a number not under `limit`."""
    return _bounded(name, value, limit, unit, words=("at least", "under"), passed=_number(value) >= limit)


def at_most(name: str, value: object, limit: float, unit: str = "") -> Check:
    """`value` must be a number not over `limit`."""
    return _bounded(name, value, limit, unit, words=("at most", "over"), passed=_number(value) <= limit)


def _bounded(name: str, value: object, limit: float, unit: str, *, words: tuple[str, str], passed: bool) -> Check:
    number, suffix = _number(value), f" {unit}" if unit else ""
    if not math.isfinite(number):
        return Check(passed=False, text=f"{name} is unknown ({value}), {words[0]} {limit:g}{suffix} is required")
    relation = f"{words[0]} {limit:g}" if passed else f"{words[1]} the limit {limit:g}"
    return Check(passed=passed, text=f"{name} {number:.4g}{suffix} is {relation}{suffix}")
