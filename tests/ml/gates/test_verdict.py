"""Verdicts fail closed."""

import math

import pytest

from ml.evaluation.checks import Check, at_least, at_most
from ml.gates.verdict import decide, refuse
from ml.records.gate_results import Decision

_GOOD, _BAD = Check(passed=True, text="good"), Check(passed=False, text="bad")


@pytest.mark.parametrize(
    ("checks", "decision", "reason"),
    [
        ([_GOOD, _GOOD], Decision.PASS, "good; good"),
        ([_GOOD, _BAD], Decision.FAIL, "bad"),
        ([_BAD, _BAD], Decision.FAIL, "bad; bad"),
        ([], Decision.FAIL, "nothing was checked"),
    ],
)
def test_a_verdict_passes_only_when_something_was_checked_and_all_of_it_passed(
    checks: list[Check], decision: Decision, reason: str
) -> None:
    """The reason of a failure names what failed, and nothing else."""
    verdict = decide("compliance", checks, inputs={}, thresholds={})
    assert (verdict.decision, verdict.reason) == (decision, reason)


@pytest.mark.parametrize(
    ("check", "passed", "text"),
    [
        (at_least("AUC", 0.8, 0.7), True, "AUC 0.8 is at least 0.7"),
        (at_least("AUC", 0.7, 0.7), True, "AUC 0.7 is at least 0.7"),
        (at_least("AUC", 0.6, 0.7), False, "AUC 0.6 is under the limit 0.7"),
        (at_least("AUC", math.nan, 0.7), False, "AUC is unknown (nan), at least 0.7 is required"),
        (at_least("AUC", None, 0.7), False, "AUC is unknown (None), at least 0.7 is required"),
        (at_least("AUC", math.inf, 0.7), False, "AUC is unknown (inf), at least 0.7 is required"),
        (at_least("AUC", True, 0.7), False, "AUC is unknown (True), at least 0.7 is required"),
        (at_most("load", 2.5, 30, "s"), True, "load 2.5 s is at most 30 s"),
        (at_most("load", 31, 30, "s"), False, "load 31 s is over the limit 30 s"),
        (at_most("load", "fast", 30, "s"), False, "load is unknown (fast), at most 30 s is required"),
    ],
)
def test_a_limit_is_met_only_by_a_finite_number(check: Check, passed: bool, text: str) -> None:
    """What is not a number is unknown, and unknown does not pass."""
    assert (check.passed, check.text) == (passed, text)


def test_a_refusal_is_a_failure_with_its_reason() -> None:
    """Before anything could be measured."""
    verdict = refuse("comparison", "no such version", version=3)
    assert (verdict.decision, verdict.reason, verdict.inputs) == (Decision.FAIL, "no such version", {"version": 3})
